"""Files over HTTP for findings about players: PORTFILE LOG FOLDER RANGES. Requests are noted as `STATUS PATH`.

What is asked below /go/ is redirected to the same name below /s/1/. Only where RANGES is `ranges` a Range is answered, with 206.
"""
import http.server
import os
import re
import sys

port_file, log, folder, ranges = sys.argv[1:5]
TYPES = {'.mpd': 'application/dash+xml', '.m3u8': 'application/vnd.apple.mpegurl', '.ts': 'video/mp2t'}


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
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split('?')[0]
        if path.startswith('/go/'):
            return self.answer(302, Location=f'/s/1/{path[4:]}')
        file = os.path.join(folder, os.path.basename(path))
        if not path.startswith('/s/1/') or not os.path.isfile(file):
            return self.answer(404)
        body = open(file, 'rb').read()
        kind = TYPES.get(os.path.splitext(file)[1], 'video/mp4')
        asked = re.fullmatch(r'bytes=(\d+)-(\d*)', self.headers.get('Range', ''))
        if ranges != 'ranges' or asked is None:
            return self.answer(200, body, Content_Type=kind)
        first, last = int(asked[1]), int(asked[2] or len(body) - 1)
        self.answer(206, body[first:last + 1], Content_Type=kind, Content_Range=f'bytes {first}-{last}/{len(body)}')


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
with open(port_file, 'w') as out:
    out.write(str(server.server_address[1]))
server.serve_forever()
