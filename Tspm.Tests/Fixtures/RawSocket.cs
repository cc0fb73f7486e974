using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tspm.Tests.Fixtures;

/// <summary>The control socket as <c>socat</c> sees it: bytes out, lines in.</summary>
internal sealed class RawSocket : IDisposable
{
    readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly CancellationToken _cancellation;
    readonly byte[] _buffer = new byte[64 * 1024];
    readonly MemoryStream _line = new();
    int _start, _end;

    public RawSocket(TspmBox box, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _socket.Connect(new UnixDomainSocketEndPoint(box.SocketPath));
    }

    public async Task Send(string text) => await Send(Encoding.UTF8.GetBytes(text));

    public async Task Send(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await _socket.SendAsync(bytes.AsMemory(sent), _cancellation);
    }

    /// <summary>Says that nothing more comes, and goes on reading.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next line as JSON; null when the daemon closed.</summary>
    public async Task<JsonElement?> Read()
    {
        _line.SetLength(0);
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await Receive());
                if (_end == 0) return null;
            }
            var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var length = newline < 0 ? _end - _start : newline;
            _line.Write(_buffer, _start, length);
            _start += newline < 0 ? length : length + 1;
            if (newline >= 0) return JsonDocument.Parse(_line.ToArray()).RootElement;
        }
    }

    /// <summary>Sends a line and reads its answer.</summary>
    public async Task<JsonElement> Ask(string line)
    {
        await Send(line + "\n");
        return await Read() ?? throw new InvalidOperationException($"closed instead of answering: {line}");
    }

    /// <summary>A request without parameters.</summary>
    public Task<JsonElement> Call(string method) => Ask($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}"}""");

    public void Dispose() => _socket.Dispose();

    async Task<int> Receive()
    {
        try
        {
            return await _socket.ReceiveAsync(_buffer, _cancellation);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
