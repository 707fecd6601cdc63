"""A live HLS stream for findings about players: PORTFILE LOG DIRECTORY REFUSE_AFTER. Window of three segments of one second.

/live.m3u8 redirects to a new /s/N/index.m3u8 at each request, which is noted; REFUSE_AFTER seconds from the first list on, lists are answered 403.
"""
import http.server
import sys
import time

port_file, log, segment, refuse_after = sys.argv[1:5]
begun = None
openings = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def answer(self, status, body=b'', **headers):
        with open(log, 'a') as out:
            out.write(f'{status} {self.path}\n')
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command == 'GET':
            self.wfile.write(body)

    def do_GET(self):
        global begun, openings
        path = self.path.split('?')[0]
        if path == '/live.m3u8':
            openings += 1
            return self.answer(302, Location=f'/s/{openings}/index.m3u8')
        if path.endswith('.ts'):
            return self.answer(200, open(segment, 'rb').read(), Content_Type='video/mp2t')
        begun = begun or time.time()
        passed = time.time() - begun
        if passed > float(refuse_after):
            return self.answer(403)
        first = int(passed)
        lines = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:1', f'#EXT-X-MEDIA-SEQUENCE:{first}']
        for number in range(first, first + 3):
            lines += ['#EXTINF:1.000,', f'{number}.ts']
        self.answer(200, '\n'.join([*lines, '']).encode(), Content_Type='application/vnd.apple.mpegurl')

    do_HEAD = do_GET


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
with open(port_file, 'w') as out:
    out.write(str(server.server_address[1]))
server.serve_forever()
