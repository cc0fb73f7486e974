using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>scale NAME N</c>, <c>+N</c>, <c>-N</c> or <c>max</c>: sets the number of instances.</summary>
[RegisterCommands]
internal sealed class ScaleCommand
{
    [Command("scale")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (selector, number) = (line.Words[0], line.Words[1]);
        var isChange = number[0] is '+' or '-';
        if (InstanceCount.Parse(isChange ? number[1..] : number) is not { } count
            || (isChange && number.EndsWith(InstanceCount.Max, StringComparison.Ordinal)))
            throw new UsageException(
                $"'{ControlText.Escape(number)}' is not a valid number of instances; expected N, +N, -N or max");
        var flags = ChangeFlags.From(line);
        var difference = number[0] == '-' ? -count : count;
        var request = new ScaleRequest
        {
            Selector = selector,
            Instances = isChange ? null : count,
            By = isChange ? difference : null,
            Wait = !flags.NoWait,
            WaitTimeoutMs = flags.WaitTimeoutMs,
        };
        return new Change<ScaleRequest, ScaleResponse>(
            Methods.Scale, request, process => Phrase(request, process))
        {
            Total = process => process.Unchanged ? Display.State(process.State)
                : IsRemoved(request, process) ? "removed" : "added",
        }
            .Run(session, flags);
    });

    /// <summary>What happened to one instance: an added one may be stopped, and a removed one is gone.</summary>
    static string Phrase(ScaleRequest request, ProcessOutcome process)
    {
        if (process.Unchanged) return Outcomes.InState(process);
        return IsRemoved(request, process) ? "removed" : $"added, {Outcomes.InState(process)}";
    }

    static bool IsRemoved(ScaleRequest request, ProcessOutcome process) =>
        request.Instances is { } wanted ? process.Instance >= wanted : request.By < 0;
}
