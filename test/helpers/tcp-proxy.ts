import net from 'node:net'
import type { Test } from './tap.js'

type Verdict = 'pass' | 'drop' | 'cut'

/** A TCP proxy that behaves as badly as the test says. */
export interface TcpProxy {
  port: number
  /** Where new connections lead; a server that was started anew has another port. */
  target: number
  /** Whether bytes go through at all; a silent proxy accepts connections and says nothing. */
  silent: boolean
  /** What becomes of bytes on their way to the server, and of those back; `cut` ends the connection before them. */
  onward: (bytes: Buffer) => Verdict
  back: (bytes: Buffer) => Verdict
  /** Forgets every present connection, as a firewall does: they stay open, and nothing comes through them any more. */
  forget(): void
  /** Ends every present connection. */
  cut(): void
  /** Ends every present connection, and refuses new ones until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
}

/** Stands before a server on 127.0.0.1, and passes everything until it is told otherwise. Ends with the test. */
export async function createTcpProxy(t: Test, target: number): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>()
  const forgotten = new WeakSet<net.Socket>()
  const keep = (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // The other side is told by the close that follows.
    socket.on('error', () => {})
  }
  const server = net.createServer((client) => {
    keep(client)
    const upstream = net.connect(proxy.target, '127.0.0.1')
    keep(upstream)
    const carry = (from: net.Socket, to: net.Socket, way: 'onward' | 'back') => {
      from.on('data', (bytes) => {
        if (proxy.silent || forgotten.has(from)) return
        const verdict = proxy[way](bytes)
        if (verdict === 'pass') to.write(bytes)
        if (verdict !== 'cut') return
        client.resetAndDestroy()
        upstream.destroy()
      })
      from.on('close', () => to.destroy())
    }
    carry(client, upstream, 'onward')
    carry(upstream, client, 'back')
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  await listen(0)
  const proxy: TcpProxy = {
    port: (server.address() as net.AddressInfo).port,
    target,
    silent: false,
    onward: () => 'pass',
    back: () => 'pass',
    forget() {
      for (const socket of sockets) forgotten.add(socket)
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async refuse() {
      const closed = close()
      proxy.cut()
      await closed
    },
    accept: () => listen(proxy.port),
  }
  t.teardown(async () => {
    if (server.listening) await proxy.refuse()
  })
  return proxy
}
