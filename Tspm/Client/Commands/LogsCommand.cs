using System.Globalization;
using Tspm.Client.Grammar;
using Tspm.Client.Output;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>logs</c>: the last lines, or those that fit, and, with <c>-f</c>, what follows. Ctrl-C ends it the default way, which a shell reports as 130.</summary>
internal static class LogsCommand
{
    public static void Run(
        [Items] string[]? words = null, bool follow = false, string? lines = null, string? since = null, string? until = null, string? grep = null,
        string? context = null, string? run = null, bool @out = false, bool err = false, bool timestamps = false, bool raw = false, bool events = false, bool json = false) =>
        CommandHost.Execute(session =>
        {
            if (@out && err) throw new UsageException("--out and --err exclude each other; without either, both streams are shown");
            if (raw && (json || timestamps)) throw new UsageException($"--raw is the bytes alone; leave out --{(json ? "json" : "timestamps")}, or --raw");
            if (follow && until is not null)
                throw new UsageException("--follow never ends, so it cannot be combined with --until");
            if (context is not null && grep is null) throw new UsageException("--context needs --grep: lines around what?");
            if (raw && events) throw new UsageException("--raw is the bytes alone; leave out --events, or --raw");
            var begin = Point("since", since, null);
            var request = new LogsRequest
            {
                Selectors = words, Follow = follow, Lines = Number(lines), Stream = @out ? "out" : err ? "err" : null,
                Since = Iso(begin), Until = Iso(Point("until", until, begin)), Grep = grep, Context = Number(context), Run = run,
                // Where lines are chosen or counted, only when they are asked for.
                Events = events || ((follow || timestamps) && !json && !raw && !@out && !err && grep is null && run is null) ? true : null,
            };
            return Show(session, request, new LogPrinter(session.Out, session.Err, raw, json) { Timestamps = timestamps, Events = events, Separated = context is not null });
        });

    public static int Show(ClientSession session, LogsRequest request, LogPrinter printer) =>
        Show(session, new LogStream(session, request, printer), request, printer);

    /// <summary>Runs a stream that may have its own end.</summary>
    public static int Show(ClientSession session, LogStream stream, LogsRequest request, LogPrinter printer)
    {
        try
        {
            stream.Run();
            if (session is { EndsWithDaemon: true, Out.IsBroken: false, OfflineLogs: { } files }) ShowRest(files, stream);
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning && !request.Follow && session.Remote is null && session.OfflineLogs is { } offline)
        {
            offline(request, several => printer.Several = several, stream.Print);
        }
        catch (DaemonException gone) when (gone.Code == LocalError.ReaderGone)
        {
            // As with `logs -f | head`: it has what it wanted.
        }
        printer.Finish();
        if (!printer.HasPrinted && !printer.IsForPrograms && !request.Follow)
            session.Err.WriteLine(Chooses(request) ? NothingToShow.NoLines : NothingToShow.NoOutput);
        return ExitCodes.Done;
    }

    /// <summary>Not just the last lines: there may be others.</summary>
    static bool Chooses(LogsRequest request) =>
        request is not { Since: null, Until: null, Grep: null, Run: null, Stream: null };

    /// <summary>Nobody else is left to show what the daemon did not send any more.</summary>
    static void ShowRest(OfflineLogs files, LogStream stream)
    {
        try
        {
            files(stream.Rest, static _ => { }, stream.Print);
        }
        catch (DaemonException nothing) when (nothing.Code == LocalError.NotRunning)
        {
            // No process is left whose logs they could be.
        }
    }

    /// <summary>Read here, because the user's clock and time zone count, and not the daemon's.</summary>
    public static DateTimeOffset? Point(string flag, string? text, DateTimeOffset? notBefore)
    {
        if (text is null) return null;
        if (!TimePoint.TryParse(text, TimeProvider.System.GetUtcNow(), TimeZoneInfo.Local, notBefore, out var point))
            throw new UsageException($"--{flag}: '{ControlText.Escape(text)}' is not understood; expected {TimePoint.Expected}");
        if (point < notBefore) throw new UsageException($"--{flag} ({text}) lies before --since: nothing can be in between");
        return point;
    }

    public static string? Iso(DateTimeOffset? point) => point?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    static int? Number(string? text) => text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
