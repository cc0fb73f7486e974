using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Output;

/// <summary>The messages on standard error for an empty answer. Each says what to type next.</summary>
internal static class NothingToShow
{
    public const string NoProcesses = "there are no processes; start one with: tspm start COMMAND";

    public const string NothingYet =
        "no daemon is running, and no process is defined yet; start one with: tspm start COMMAND";

    /// <summary>Why no line of a log is shown.</summary>
    /// <param name="request">The request, with the selectors as they were typed.</param>
    public static string InLogs(LogsRequest request)
    {
        var names = string.Concat((request.Selectors ?? []).Select(
            static name => " " + ControlText.Escape(ShellWords.Quote(name))));
        var (stream, flag) = request.Stream switch
        {
            "err" => (" on standard error", " --err"),
            "out" => (" on standard output", " --out"),
            _ => ("", ""),
        };
        if (request is { Since: null, Until: null, Grep: null, Run: null })
            return $"there is no output{stream} yet; to follow new output: tspm logs{names} -f{flag}";
        return $"no line{stream} matches; to see the last lines: tspm logs{names}{flag}";
    }

    public const string NoEvents = "no event matches; to see the last events of all processes: tspm events";

    /// <summary>Why a list is empty.</summary>
    /// <param name="all">The processes before the flags of the command made a selection.</param>
    /// <param name="options">The flags.</param>
    public static string InList(IReadOnlyList<ProcessStatus> all, ListOptions options) =>
        all.Count == 0 || options.States is not { } states ? NoProcesses
            : $"no process is {string.Join(" or ", states.Select(Display.State))}; to see all processes: tspm list";

    public static string NoMatch(string text) =>
        $"no name, command or namespace contains '{ControlText.Escape(text)}'; to see all processes: tspm list";
}
