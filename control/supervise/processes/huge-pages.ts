const TUNABLES = 'GLIBC_TUNABLES'
const MALLOC_HUGE_PAGES = 'glibc.malloc.hugetlb'

/**
 * The environment of a program whose allocator asks for pages of 2 MB (glibc ≥ 2.35, where `/sys/kernel/mm/transparent_hugepage/enabled` says `madvise`; nothing
 * changes elsewhere). Of a JavaScript context that was idle everything has to be found again, and in pages of 4 kB that takes a search for each. What the
 * environment says of it already stays.
 */
export const withHugePages = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const present = environment[TUNABLES] ?? ''
  if (present.split(':').some((it) => it.startsWith(`${MALLOC_HUGE_PAGES}=`))) return environment
  const wanted = `${MALLOC_HUGE_PAGES}=1`
  return { ...environment, [TUNABLES]: present === '' ? wanted : `${present}:${wanted}` }
}
