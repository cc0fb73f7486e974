using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>describe</c>: all that is known.</summary>
internal static class DescribeCommand
{
    public static void Run([Items] string[]? words = null, bool showEnv = false, bool json = false) => CommandHost.Execute(session =>
    {
        using var daemon = session.ConnectToRead();
        var request = new DescribeRequest { Selectors = words ?? [], ShowEnv = showEnv };
        var answer = daemon.Call(Methods.Describe, request);
        if (json) JsonPrinter.PrintDescriptions(session.Out, answer.Processes);
        else DescriptionPrinter.Print(session.Out, answer.Processes);
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoProcesses);
        return ExitCodes.Done;
    });
}
