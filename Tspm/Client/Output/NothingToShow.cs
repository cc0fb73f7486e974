using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>The messages on standard error for an empty answer. Each says what to type next.</summary>
internal static class NothingToShow
{
    public const string NoProcesses = "there are no processes; start one with: tspm start COMMAND";

    public const string NothingYet =
        "no daemon is running, and no process is defined yet; start one with: tspm start COMMAND";

    public const string NoOutput = "there is no output yet; to follow new output: tspm logs -f";

    public const string NoLines = "no line matches; to see the last lines of all logs: tspm logs";

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
