import type { Collection } from './collection.ts'
import type { ConfigTables } from './config-tables.ts'
import type { NoticeTables } from './notice-tables.ts'
import type { OperatorTables } from './operator-tables.ts'
import type { PeopleTables } from './people-tables.ts'
import type {
  Account,
  AuditEntry,
  Ban,
  Download,
  Edge,
  Feedback,
  ImportCursor,
  Json,
  Plan,
  Setting,
  SigningKey,
  StoredAssessment,
  StoredFinding,
  StoredRule,
  Token,
  TrustEntry,
} from './records.ts'

/** Accounts; no two have one name. */
export interface AccountStore extends Collection<Account> {
  byName(name: string): Promise<Account | null>
}

/** Hashes only: a lookup is by the hash of what was presented, or by user name. */
export interface TokenStore extends Collection<Token> {
  /** The token with this hash, revoked or not: the caller distinguishes revoked from unknown. */
  byHash(hash: string): Promise<Token | null>
  /** The Xtream user who is not revoked. */
  byUsername(username: string): Promise<Token | null>
  ofAccount(accountId: string): Promise<Token[]>
  /** False when it was revoked before or never existed. */
  revoke(id: string, at: number): Promise<boolean>
  /** Remembers the last use; an earlier time changes nothing. */
  touch(id: string, at: number): Promise<void>
}

export interface DownloadStore extends Collection<Download> {
  /**
   * Records the first use of copies, known ones and new; later ones, and repeated records, change
   * nothing.
   */
  recordUses(copies: readonly Download[]): Promise<void>
  revoke(id: string, at: number): Promise<boolean>
  revoked(): Promise<Download[]>
}

export interface BanStore extends Collection<Ban> {
  /** Bans neither lifted nor run out. */
  active(now: number): Promise<Ban[]>
  lift(id: string, by: string, at: number): Promise<boolean>
}

export interface KeyStore extends Collection<SigningKey> {
  ofPurpose(purpose: string): Promise<SigningKey[]>
  retire(kid: string, at: number): Promise<boolean>
}

export interface SettingStore {
  get(key: string): Promise<Json>
  set(key: string, value: Json, at: number): Promise<void>
  all(): Promise<Setting[]>
}

/** Append only. */
export type AuditStore = Pick<Collection<AuditEntry>, 'get' | 'put' | 'list'>

export interface EdgeStore extends Collection<Edge> {
  revoke(id: string, at: number): Promise<boolean>
}

/** Fields of a finding that change as its plays continue. */
export type FindingUpdate = Pick<StoredFinding, 'at' | 'severity' | 'confidence' | 'evidence'>

export interface FindingStore extends Collection<StoredFinding> {
  /** Several accounts' findings since a time in one look, the newest first. */
  ofAccounts(accounts: readonly string[], since: number): Promise<StoredFinding[]>
  /** Those of some ids that are stored already. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>
  setState(id: string, state: string, acted: string | null): Promise<boolean>
  /** Sets the state of a finding; its response stays. */
  judge(id: string, state: string): Promise<boolean>
  /** Sets the response to a finding; its state stays. */
  markActed(id: string, acted: string): Promise<boolean>
  /** Updates the evidence; state and response stay. */
  refresh(id: string, known: FindingUpdate): Promise<boolean>
}

export interface TrustStore extends Collection<TrustEntry> {
  /** The newest entry of an account. */
  latest(account: string): Promise<TrustEntry | null>
}

export interface FeedbackStore extends Collection<Feedback> {
  ofAccount(account: string): Promise<Feedback[]>
}

/** All tables except the history of plays. */
export interface Tables extends NoticeTables, PeopleTables, OperatorTables, ConfigTables {
  readonly accounts: AccountStore
  readonly tokens: TokenStore
  readonly plans: Collection<Plan>
  readonly downloads: DownloadStore
  readonly bans: BanStore
  readonly keys: KeyStore
  readonly audit: AuditStore
  readonly settings: SettingStore
  readonly edges: EdgeStore
  readonly cursors: Collection<ImportCursor>
  readonly rules: Collection<StoredRule>
  readonly findings: FindingStore
  readonly trust: TrustStore
  readonly assessments: Collection<StoredAssessment>
  readonly feedback: FeedbackStore
}
