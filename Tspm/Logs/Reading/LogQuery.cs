using System.Globalization;
using System.Text;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Logs.Reading;

/// <summary>A request for logs that is not valid or cannot be answered, with the parameter and a sentence.</summary>
internal sealed class LogQueryException(string parameter, string message, string? expected = null,
    string? found = null) : Exception(message)
{
    public int Code { get; init; } = ErrorCode.InvalidParams;

    public RpcErrorData Details { get; } = new() { Path = $"params.{parameter}", Expected = expected, Found = found };
}

/// <summary>
/// A validated <see cref="LogsRequest"/>. Daemon and offline client share it.
/// </summary>
internal sealed class LogQuery
{
    /// <summary>Number of lines per stream if neither the request nor the config gives one.</summary>
    const int DefaultLines = 15;

    /// <summary>Limited, because possible context lines are kept in memory until the next match.</summary>
    const int MaxContext = 1000;

    readonly LinePattern? _grep;
    readonly LogsRequest _request;
    char[] _text = new char[4 << 10];

    LogQuery(LogsRequest request, LinePattern? grep) => (_request, _grep) = (request, grep);

    /// <summary>Start of the range of times, in Unix milliseconds; null: unlimited.</summary>
    public long? SinceMs { get; private init; }

    /// <summary>End of the range of times, inclusive, in Unix milliseconds; null: unlimited.</summary>
    public long? UntilMs { get; private init; }

    /// <summary>Number of context lines before and after each match.</summary>
    public int Context => _request.Context ?? 0;

    public bool HasPattern => _grep is not null;

    /// <summary>
    /// "last", a negative number (runs before the last one), a pid, or the number of a run; null: all runs.
    /// </summary>
    public string? Run => _request.Run;

    public bool WantsOut => _request.Stream != "err";

    public bool WantsErr => _request.Stream != "out";

    /// <summary>Validates a request.</summary>
    /// <exception cref="LogQueryException">A parameter is not valid.</exception>
    public static LogQuery From(LogsRequest request, DateTimeOffset now)
    {
        if (request.Stream is not (null or "out" or "err"))
            throw new LogQueryException("stream", $"there is no stream '{request.Stream}'; use out or err",
                "out or err", request.Stream);
        if (request.Context is < 0 or > MaxContext)
            throw new LogQueryException("context",
                $"context must be from 0 to {MaxContext} lines, but is {request.Context}",
                $"0 to {MaxContext}", $"{request.Context}");
        if (request is { Invert: true, Grep: null })
            throw new LogQueryException("invert", "invert selects the lines that do not match 'grep', which is missing",
                "grep", null);
        if (request.Run is { } run && run != "last"
            && !long.TryParse(run, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw new LogQueryException("run",
                $"'{run}' is not a run; use last, -1 (the one before), a pid, or the number of a run from logs --json",
                "last or a number", run);
        var since = TimeOf("since", request.Since, now, null);
        var until = TimeOf("until", request.Until, now, since ?? DateTimeOffset.MinValue);
        if (until < since)
            throw new LogQueryException("until", $"until ({request.Until}) is before since ({request.Since})");
        return new LogQuery(request, LinePattern.TryParse(request.Grep))
        {
            SinceMs = since?.ToUnixTimeMilliseconds(),
            UntilMs = until?.ToUnixTimeMilliseconds(),
        };
    }

    /// <summary>Number of last lines to show of each stream of a process; null: all that match.</summary>
    public int? LinesOf(ProcessDefinition definition)
    {
        if (_request.Lines is { } asked) return asked;
        var isFiltered = SinceMs is not null || UntilMs is not null || HasPattern || Run is not null;
        return isFiltered ? null : definition.Config.LogBufferSize ?? DefaultLines;
    }

    /// <summary>
    /// Whether a line matches the pattern, or does not if the request inverts it. Bytes that are not valid UTF-8 are
    /// treated as U+FFFD.
    /// </summary>
    /// <exception cref="LogQueryException">Matching takes too long.</exception>
    public bool Fits(ReadOnlySpan<byte> line)
    {
        if (_grep is null) return true;
        if (_text.Length < line.Length) _text = new char[Math.Max(line.Length, _text.Length * 2)];
        var length = Encoding.UTF8.GetChars(line, _text);
        return _grep.IsMatch(_text.AsSpan(0, length)) != (_request.Invert == true);
    }

    /// <summary>Parses a point in time.</summary>
    /// <param name="parameter">Name of the parameter.</param>
    /// <param name="text">Its value; null: it was not given.</param>
    /// <param name="now">The present.</param>
    /// <param name="notBefore">The start of the range; null: the parameter itself is the start.</param>
    /// <returns>Null if the parameter was not given.</returns>
    /// <exception cref="LogQueryException">The text is not a point in time.</exception>
    public static DateTimeOffset? TimeOf(string parameter, string? text, DateTimeOffset now, DateTimeOffset? notBefore)
    {
        if (text is null) return null;
        // Without a start of the range, a time of day means its last occurrence.
        var begin = notBefore == DateTimeOffset.MinValue ? null : notBefore;
        if (TimePoint.TryParse(text, now, TimeZoneInfo.Local, begin, out var point)) return point;
        throw new LogQueryException(parameter,
            $"{parameter}: '{text}' is not a valid time; expected {TimePoint.Expected}", TimePoint.Expected, text);
    }
}
