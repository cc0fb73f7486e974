using System.Globalization;
using Tspm.Client.Grammar;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>logs</c>: the last lines and, with <c>-f</c>, what follows. Ctrl-C ends it the default way, which a shell reports as 130.</summary>
internal static class LogsCommand
{
    public static void Run(
        [Items] string[]? words = null, bool follow = false, string? lines = null, bool @out = false, bool err = false, bool raw = false, bool json = false) =>
        CommandHost.Execute(session =>
        {
            if (@out && err) throw new UsageException("--out and --err exclude each other; without either, both streams are shown");
            var request = new LogsRequest
            {
                Selectors = words, Follow = follow, Lines = lines is null ? null : int.Parse(lines, CultureInfo.InvariantCulture),
                Stream = @out ? "out" : err ? "err" : null,
            };
            return Show(session, request, raw, json);
        });

    public static int Show(ClientSession session, LogsRequest request, bool raw, bool json)
    {
        var printer = new LogPrinter(session.Out, raw, json);
        var stream = new LogStream(session, request, printer);
        try
        {
            stream.Run();
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning && !request.Follow && session.OfflineLogs is { } files)
        {
            files(request, several => printer.Several = several, stream.Print);
        }
        printer.Finish();
        return ExitCodes.Done;
    }
}
