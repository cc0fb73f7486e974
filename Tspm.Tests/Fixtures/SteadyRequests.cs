using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Connections one after the other, several at a time, each with one HTTP request: every one has to be taken and
/// answered.
/// </summary>
internal sealed class SteadyRequests
{
    /// <summary>
    /// Longer than any pause of a service that is only being replaced; who waits longer waits for ever.
    /// </summary>
    static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(20);

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    readonly EndPoint _address;
    readonly CancellationTokenSource _over;
    readonly List<Task> _clients = [];
    readonly ConcurrentQueue<string> _failures = new();
    readonly ConcurrentDictionary<string, int> _answers = new();
    int _count;

    SteadyRequests(EndPoint address, CancellationToken cancellation) =>
        (_address, _over) = (address, CancellationTokenSource.CreateLinkedTokenSource(cancellation));

    /// <summary>Different answers, and how often each came.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    public int Count => Volatile.Read(ref _count);

    public static SteadyRequests Begin(EndPoint address, CancellationToken cancellation, int atATime = 4)
    {
        var requests = new SteadyRequests(address, cancellation);
        for (var i = 0; i < atATime; i++) requests._clients.Add(Task.Run(requests.Client, cancellation));
        return requests;
    }

    /// <summary>So many more answers from now on.</summary>
    public Task More(TspmBox box, int count)
    {
        var wanted = Count + count;
        return box.Until(() => Count >= wanted || !_failures.IsEmpty, $"{count} more answers");
    }

    /// <summary>Ends after the present requests. Empty: none was refused, cut off or left without an answer.</summary>
    public async Task<string> End()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_clients);
        return string.Join("\n", _failures);
    }

    async Task Client()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                _answers.AddOrUpdate(await Ask(_address), 1, static (_, count) => count + 1);
            }
            catch (Exception e) when (e is SocketException or IOException or TimeoutException
                or OperationCanceledException)
            {
                _failures.Enqueue($"request {Count}: {e.GetType().Name}: {e.Message}");
            }
            Interlocked.Increment(ref _count);
            await Task.Delay(Pause);
        }
    }

    /// <summary>The body of one answer.</summary>
    public static async Task<string> Ask(EndPoint address)
    {
        using var limit = new CancellationTokenSource(LongestAnswer);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address, limit.Token);
        await socket.SendAsync("GET / HTTP/1.0\r\nConnection: close\r\n\r\n"u8.ToArray(), limit.Token);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var got)
            answer.Append(Encoding.UTF8.GetString(buffer, 0, got));
        var body = answer.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return body >= 0 && answer.ToString().StartsWith("HTTP/1.", StringComparison.Ordinal)
            && answer.Length > body + 4
            ? answer.ToString()[(body + 4)..] : throw new IOException($"no whole answer: '{answer}'");
    }

    /// <summary>True: nobody listens there.</summary>
    public static bool IsRefused(EndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(address);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused
            or SocketError.AddressNotAvailable)
        {
            return true;
        }
    }

    public static IPEndPoint FreeAddress() => new(IPAddress.Loopback, FreePort.Take());
}
