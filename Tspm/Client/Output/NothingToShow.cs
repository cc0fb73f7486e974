using Tspm.Client.Terminal;

namespace Tspm.Client.Output;

/// <summary>What to say, on standard error, when an answer is empty: that it is, and what to type next.</summary>
internal static class NothingToShow
{
    public const string NoProcesses = "there are no processes; start one with: tspm start COMMAND";

    public const string NothingYet =
        "no daemon is running, and no process is defined yet; start one with: tspm start COMMAND";

    public const string NoOutput = "there is no output yet; follow what comes with: tspm logs -f";

    public const string NoLines = "no line matches; show the last lines of all logs with: tspm logs";

    public const string NoEvents = "no event matches; show the last events of all processes with: tspm events";

    public static string NoMatch(string text) =>
        $"no name, command or namespace contains '{ControlText.Escape(text)}'; see all processes with: tspm list";
}
