using System.Globalization;
using System.Text;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Logs.Reading;

/// <summary>A question to the logs that cannot be understood or answered: which parameter, and one sentence.</summary>
internal sealed class LogQueryException(string parameter, string message, string? expected = null,
    string? found = null) : Exception(message)
{
    public int Code { get; init; } = ErrorCode.InvalidParams;

    public RpcErrorData Details { get; } = new() { Path = $"params.{parameter}", Expected = expected, Found = found };
}

/// <summary>
/// What of the logs is asked for: a <see cref="LogsRequest"/>, checked and ready for use. The same with and without a
/// daemon.
/// </summary>
internal sealed class LogQuery
{
    /// <summary>Lines shown of each stream when neither the request nor the config says how many.</summary>
    const int DefaultLines = 15;

    /// <summary>Lines of context are kept in memory until it is known whether they are wanted.</summary>
    const int MostContext = 1000;

    readonly LinePattern? _grep;
    readonly LogsRequest _request;
    char[] _text = new char[4 << 10];

    LogQuery(LogsRequest request, LinePattern? grep) => (_request, _grep) = (request, grep);

    public long? SinceMs { get; private init; }

    /// <summary>Inclusive.</summary>
    public long? UntilMs { get; private init; }

    public int Context => _request.Context ?? 0;

    public bool HasPattern => _grep is not null;

    /// <summary>"last", a negative number (so many before the last), a pid or a run's number; null: all.</summary>
    public string? Run => _request.Run;

    public bool WantsOut => _request.Stream != "err";

    public bool WantsErr => _request.Stream != "out";

    /// <exception cref="LogQueryException">Something in it cannot be understood.</exception>
    public static LogQuery Of(LogsRequest request, DateTimeOffset now)
    {
        if (request.Stream is not (null or "out" or "err"))
            throw new LogQueryException("stream", $"there is no stream '{request.Stream}'; use out or err",
                "out or err", request.Stream);
        if (request.Context is < 0 or > MostContext)
            throw new LogQueryException("context", $"context is 0 to {MostContext} lines, not {request.Context}",
                $"0 to {MostContext}", $"{request.Context}");
        if (request.Run is { } run && run != "last"
            && !long.TryParse(run, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw new LogQueryException("run",
                $"'{run}' is no run; use last, -1 (the one before), a pid, or a run's number from logs --json",
                    "last or a number", run);
        var since = TimeOf("since", request.Since, now, null);
        var until = TimeOf("until", request.Until, now, since ?? DateTimeOffset.MinValue);
        if (until < since)
            throw new LogQueryException("until", $"until ({request.Until}) lies before since ({request.Since})");
        return new LogQuery(request, LinePattern.Of(request.Grep))
        {
            SinceMs = since?.ToUnixTimeMilliseconds(),
            UntilMs = until?.ToUnixTimeMilliseconds(),
        };
    }

    /// <summary>Last lines of each stream; null: all that fit.</summary>
    public int? LinesOf(ProcessDefinition definition)
    {
        if (_request.Lines is { } asked) return asked;
        var isFiltered = SinceMs is not null || UntilMs is not null || HasPattern || Run is not null;
        return isFiltered ? null : definition.Config.LogBufferSize ?? DefaultLines;
    }

    /// <summary>Does a line fit the pattern? Bytes that are no UTF-8 stand for U+FFFD in it.</summary>
    /// <exception cref="LogQueryException">The pattern takes too long.</exception>
    public bool Fits(ReadOnlySpan<byte> line)
    {
        if (_grep is null) return true;
        if (_text.Length < line.Length) _text = new char[Math.Max(line.Length, _text.Length * 2)];
        var length = Encoding.UTF8.GetChars(line, _text);
        return _grep.IsMatch(_text.AsSpan(0, length));
    }

    /// <param name="parameter">Where it came from.</param>
    /// <param name="text">Null: it was not given.</param>
    /// <param name="now">The present.</param>
    /// <param name="notBefore">The begin of the range; null: this is it.</param>
    /// <exception cref="LogQueryException">It is not a point in time.</exception>
    public static DateTimeOffset? TimeOf(string parameter, string? text, DateTimeOffset now, DateTimeOffset? notBefore)
    {
        if (text is null) return null;
        // Without a beginning, a time of day is the last one that has been.
        var begin = notBefore == DateTimeOffset.MinValue ? null : notBefore;
        if (TimePoint.TryParse(text, now, TimeZoneInfo.Local, begin, out var point)) return point;
        throw new LogQueryException(parameter,
            $"{parameter}: '{text}' is not understood; expected {TimePoint.Expected}", TimePoint.Expected, text);
    }
}
