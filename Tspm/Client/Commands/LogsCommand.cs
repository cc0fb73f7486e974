using System.Globalization;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Offline;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>logs</c>: prints the last lines, or those that match, and, with <c>-f</c>, new ones. SIGINT keeps its default
/// action, so a shell reports exit code 130 after Ctrl-C.
/// </summary>
[RegisterCommands]
internal sealed class LogsCommand
{
    [Command("logs")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        Check(line);
        var highlight = Highlighter(line.ValueOf("highlight"));
        var request = Request(line);
        return Show(session, request, Printer(session, line, request, highlight));
    });

    static LogsRequest Request(ParsedLine line)
    {
        var begin = Point("since", line.ValueOf("since"), null);
        var request = new LogsRequest
        {
            Selectors = line.Selectors,
            Follow = line.IsOn("follow"),
            Lines = line.NumberOf("lines"),
            Stream = line.IsOn("out") ? "out" : line.IsOn("err") ? "err" : null,
            Since = Iso(begin),
            Until = Iso(Point("until", line.ValueOf("until"), begin)),
            Grep = line.ValueOf("grep"),
            Invert = line.IsOn("invert") ? true : null,
            Context = line.NumberOf("context"),
            Run = line.ValueOf("run"),
        };
        return request with { Events = line.IsOn("events") || ShowsEventsUnasked(line, request) ? true : null };
    }

    static LogPrinter Printer(ClientSession session, ParsedLine line, LogsRequest request, Highlighter? highlight) =>
        new(session.Out, session.Err, line.IsOn("raw"), line.IsOn("json"))
        {
            Timestamps = line.IsOn("timestamps"),
            Events = line.IsOn("events"),
            Separated = request.Context is not null,
            HidesPrefix = line.IsOff("prefix"),
            MarksErrors = request.Stream is null,
            Highlight = highlight,
        };

    /// <exception cref="UsageException">The text is not a valid pattern.</exception>
    static Highlighter? Highlighter(string? pattern)
    {
        if (pattern is null) return null;
        return TimedRegex.TryMake(pattern, out var problem) is { } regex ? new Highlighter(regex)
            : throw new UsageException($"--highlight: {TimedRegex.Shown(pattern)} {problem}");
    }

    /// <exception cref="UsageException">Two flags exclude each other.</exception>
    static void Check(ParsedLine line)
    {
        if (line.IsOn("out") && line.IsOn("err"))
            throw new UsageException("--out and --err exclude each other; without either, both streams are shown");
        var isRaw = line.IsOn("raw");
        foreach (var addition in (string[])["json", "timestamps", "highlight"])
        {
            if (isRaw && (line.IsOn(addition) || line.ValueOf(addition) is not null))
                throw new UsageException($"--raw prints only the bytes; leave out --{addition}, or --raw");
        }
        if (line.IsOn("follow") && line.ValueOf("until") is not null)
            throw new UsageException("--follow never ends, so it cannot be combined with --until");
        if (line.ValueOf("context") is not null && line.ValueOf("grep") is null)
            throw new UsageException("--context shows lines around matches; add --grep REGEX");
        if (line.IsOn("invert") && line.ValueOf("grep") is null)
            throw new UsageException("--invert shows the lines that do not match; add --grep REGEX");
        if (isRaw && line.IsOn("events"))
            throw new UsageException("--raw prints only the bytes; leave out --events, or --raw");
    }

    /// <summary>Whether to show events without --events: not if lines are selected, or a program reads them.</summary>
    static bool ShowsEventsUnasked(ParsedLine line, LogsRequest request) =>
        (request.Follow || line.IsOn("timestamps")) && !line.IsOn("json") && !line.IsOn("raw")
        && request is { Stream: null, Grep: null, Run: null };

    public static int Show(ClientSession session, LogsRequest request, LogPrinter printer) =>
        Show(session, new LogStream(session, request, printer), request, printer);

    /// <summary>Shows a stream, which may have its own condition to end (<see cref="LogStream.IsOver"/>).</summary>
    /// <param name="session">The outputs.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="request">The request of the stream.</param>
    /// <param name="printer">Prints the lines.</param>
    /// <param name="mayBeEmpty">Nobody asked for certain lines, so it needs no message that there are none.</param>
    public static int Show(
        ClientSession session, LogStream stream, LogsRequest request, LogPrinter printer, bool mayBeEmpty = false)
    {
        var mayFollow = !mayBeEmpty && request is { Follow: false, Until: null, Run: null };
        try
        {
            stream.Run();
            if (session is { EndsWithDaemon: true, Out.IsBroken: false, OfflineLogs: { } files })
                ShowRest(files, stream);
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning && !request.Follow
            && session.Remote is null && session.OfflineLogs is { } offline)
        {
            offline(request, printer.Expect, stream.Print);
            mayFollow = false;
        }
        catch (DaemonException gone) when (gone.Code == LocalError.ReaderGone)
        {
            // For example `logs -f | head`: the reader has seen enough.
        }
        printer.Finish();
        if (!printer.HasPrinted && !printer.IsForPrograms && !request.Follow && !mayBeEmpty
            && request.Lines != 0)
            session.Err.WriteLine(NothingToShow.InLogs(request));
        if (mayFollow) SuggestFollowing(session, printer);
        return ExitCodes.Done;
    }

    /// <summary>Says on a terminal, below the lines, how to see those that come next.</summary>
    static void SuggestFollowing(ClientSession session, LogPrinter printer)
    {
        if (!session.Out.IsTerminal || !session.Err.IsTerminal) return;
        if (!printer.HasPrinted || printer.IsForPrograms) return;
        session.Out.Flush();
        session.Err.Write("-- add -f to follow new output --", Style.Dim);
        session.Err.WriteLine();
    }

    /// <summary>Shows from the files the lines that the daemon could not send before it ended.</summary>
    static void ShowRest(OfflineLogs files, LogStream stream)
    {
        try
        {
            files(stream.Rest, static _ => { }, stream.Print);
        }
        catch (DaemonException nothing) when (nothing.Code == LocalError.NotRunning)
        {
            // No process is defined any more.
        }
    }

    /// <summary>Parses a time here, because the user's clock and time zone count, not the daemon's.</summary>
    public static DateTimeOffset? Point(string flag, string? text, DateTimeOffset? notBefore)
    {
        if (text is null) return null;
        if (!TimePoint.TryParse(text, TimeProvider.System.GetUtcNow(), TimeZoneInfo.Local, notBefore, out var point))
            throw new UsageException($"--{flag}: '{ControlText.Escape(text)}' is not a valid time; expected "
                + $"{TimePoint.Expected}");
        if (point < notBefore)
            throw new UsageException($"--{flag} ({text}) is before --since, so nothing can match");
        return point;
    }

    public static string? Iso(DateTimeOffset? point) =>
        point?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
