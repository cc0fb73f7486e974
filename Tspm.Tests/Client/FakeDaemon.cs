using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tspm.Storage;

namespace Tspm.Tests.Client;

/// <summary>
/// A socket in a temporary home that answers as the test says: null closes the connection, an empty text says nothing.
/// </summary>
internal sealed class FakeDaemon : IDisposable
{
    /// <summary>At the end of an answer: the connection is closed behind it.</summary>
    public const string ThenClose = "\0";

    readonly Func<string, string?> _answer;
    Socket? _listener;

    public FakeDaemon(Func<string, string?> answer, bool started = true)
    {
        _answer = answer;
        Home = new TspmHome(Directory.CreateTempSubdirectory("tspm-fake-").FullName);
        if (started) Start();
    }

    public TspmHome Home { get; }

    /// <summary>
    /// Changing verbs ask first whether somebody answers: so many times nobody does, as when a daemon was just killed.
    /// Such questions are not in <see cref="Requests"/>.
    /// </summary>
    public int DyingConnections { get; set; }

    /// <summary>
    /// The answer to the client's question for versions, which is not in <see cref="Requests"/>; null: the test answers
    /// that itself.
    /// </summary>
    public string? Hello { get; set; } = """{"version":"1","protocolVersion":2,"oldestProtocolVersion":1,"pid":1}""";

    /// <summary>False: the test answers pings itself.</summary>
    public bool AnswersPing { get; init; } = true;

    /// <summary>The request lines in the order in which they came.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>How many connections came.</summary>
    public int Connections { get; private set; }

    public void Start()
    {
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(Home.SocketPath));
        _listener.Listen();
        var listener = _listener;
        new Thread(() => Accept(listener)) { IsBackground = true }.Start();
    }

    public void Dispose()
    {
        _listener?.Dispose();
        Directory.Delete(Home.Path, recursive: true);
    }

    /// <summary>An answer to the request, with its id.</summary>
    public static string Result(string request, string json) => $$"""{"jsonrpc":"2.0","id":{{Id(request)}},"result":{{json}}}""" + "\n";

    public static string Error(string request, int code, string message) =>
        $$$"""{"jsonrpc":"2.0","id":{{{Id(request)}}},"error":{"code":{{{code}}},"message":"{{{message}}}","unknownToUs":1}}""" + "\n";

    static long Id(string request) => JsonDocument.Parse(request).RootElement.GetProperty("id").GetInt64();

    void Accept(Socket listener)
    {
        try
        {
            while (true) Serve(listener.Accept());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    void Serve(Socket connection)
    {
        Connections++;
        using var stream = new NetworkStream(connection, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        try
        {
            while (reader.ReadLine() is { } request)
            {
                if (request.Contains("\"method\":\"hello\"", StringComparison.Ordinal) && Hello is { } hello)
                {
                    if (DyingConnections-- > 0) return;
                    stream.Write(Encoding.UTF8.GetBytes(Result(request, hello)));
                    continue;
                }
                if (AnswersPing && request.Contains("\"method\":\"ping\"", StringComparison.Ordinal))
                {
                    if (DyingConnections-- > 0) return;
                    stream.Write(Encoding.UTF8.GetBytes(Result(request, """{"pid":1,"version":"1"}""")));
                    continue;
                }
                lock (Requests) Requests.Add(request);
                if (_answer(request) is not { } answer) return;
                stream.Write(Encoding.UTF8.GetBytes(answer.TrimEnd('\0')));
                if (answer.EndsWith(ThenClose, StringComparison.Ordinal)) return;
            }
        }
        catch (IOException)
        {
            // The client went away.
        }
    }
}
