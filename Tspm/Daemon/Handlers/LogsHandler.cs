using System.Buffers;
using Tspm.Logs;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>logs</c>: last lines, then, when following, what comes. Reads the files and nothing else; a reader that is slow reads later, and holds nobody up.
/// </summary>
internal static class LogsHandler
{
    /// <summary>An idle stream says at least this often that it lives.</summary>
    static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(5);

    /// <summary>Lines of one file before the others get their turn.</summary>
    const int LinesPerTurn = 512;

    public static async Task<LogsResponse> Handle(DaemonContext context, LogsRequest request, ClientConnection connection)
    {
        if (request.Stream is not (null or "out" or "err"))
            throw new RequestException(ErrorCode.InvalidParams, $"there is no stream '{request.Stream}'; use out or err",
                new RpcErrorData { Path = "params.stream", Expected = "out or err", Found = request.Stream });
        var sources = Views.Select(context, request.Selectors).SelectMany(view => SourcesOf(view, request)).DistinctBy(source => source.Path).ToList();
        using var growth = request.Follow ? context.Growth.Follow(sources.Select(source => source.Path)) : null;
        await context.Outputs.Settled();
        var lines = 0;
        try
        {
            foreach (var source in sources) source.Open();
            foreach (var source in sources) lines += await Send(source, takePartial: !request.Follow, all: true, connection);
            if (growth is not null) await Follow(context, sources, growth, connection);
        }
        finally
        {
            foreach (var source in sources) source.Dispose();
        }
        return new LogsResponse { Lines = lines };
    }

    static IEnumerable<Source> SourcesOf(ProcessView view, LogsRequest request)
    {
        var lines = LogLines.CountFor(request, view.Definition);
        if (request.Stream != "err") yield return Make("out", view.OutLog);
        if (request.Stream != "out") yield return Make("err", view.ErrLog);

        Source Make(string stream, string path) =>
            new(view, stream, path, lines, request.After?.TryGetValue($"{view.Key}.{stream}", out var after) == true ? after : null);
    }

    static async Task Follow(DaemonContext context, List<Source> sources, LogGrowth.Subscription growth, ClientConnection connection)
    {
        using var ended = new CancellationTokenSource();
        var stirred = connection.WhenStirred().ContinueWith(_ => ended.Cancel(), TaskScheduler.Default);
        while (!ended.IsCancellationRequested)
        {
            bool changed;
            try
            {
                changed = await growth.Changed(HeartbeatEvery, ended.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            if (!changed) await connection.Write(Framing.Notification(Methods.Heartbeat, new HeartbeatNotice(), WireJson.Default.RpcNotificationHeartbeatNotice));
            bool more;
            do
            {
                more = false;
                foreach (var source in sources) more |= await Send(source, takePartial: false, all: false, connection) == LinesPerTurn;
            }
            while (more && !ended.IsCancellationRequested);
        }
        await stirred;
        // No answer that would look like the end of the stream: the reader comes back, and goes on behind the last line it has.
        if (context.Changes.IsClosed) throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingSentence);
    }

    static async Task<int> Send(Source source, bool takePartial, bool all, ClientConnection connection)
    {
        var sent = 0;
        var batch = new ArrayBufferWriter<byte>();
        while ((all || sent < LinesPerTurn) && source.Read(takePartial) is { } line)
        {
            batch.Write(Framing.Notification(Methods.LogLine, line, WireJson.Default.RpcNotificationLogLine));
            sent++;
            if (batch.WrittenCount < BatchBytes) continue;
            await connection.Write(batch.WrittenMemory);
            batch.ResetWrittenCount();
        }
        if (batch.WrittenCount > 0) await connection.Write(batch.WrittenMemory);
        return sent;
    }

    const int BatchBytes = 64 << 10;

    /// <summary>One log file on its way to one client.</summary>
    sealed class Source(ProcessView view, string stream, string path, int lines, long? after) : IDisposable
    {
        LogTail? _tail;

        public string Path => path;

        public void Open()
        {
            _tail = LogTail.Open(path, after ?? 0);
            if (after is null) _tail?.SeekToLast(lines);
        }

        public LogLine? Read(bool takePartial)
        {
            // A file that did not exist when following began is read from its first byte.
            _tail ??= LogTail.Open(path);
            if (_tail is null || !_tail.TryRead(takePartial, out var bytes, out var partial)) return null;
            return LogLines.Of(view.Definition, view.Key.Instance, stream, _tail.Offset, bytes, partial);
        }

        public void Dispose() => _tail?.Dispose();
    }
}
