using Tspm.Client.Grammar;
using Tspm.Client.Output;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>scale NAME N</c>, <c>+N</c> or <c>-N</c>.</summary>
internal static class ScaleCommand
{
    public static void Run([Items] string[]? words = null, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session =>
        {
            var (selector, number) = (words![0], words[1]);
            var isChange = number[0] is '+' or '-';
            if (InstanceCount.Parse(isChange ? number[1..] : number) is not { } count || (isChange && number.EndsWith(InstanceCount.Max, StringComparison.Ordinal)))
                throw new UsageException($"'{ControlText.Escape(number)}' is no number of instances; expected N, +N, -N or max");
            var flags = new ChangeFlags(json, noAutoStart, noWait, waitTimeout);
            var request = new ScaleRequest
            {
                Selector = selector, Instances = isChange ? null : count, By = isChange ? (number[0] == '-' ? -count : count) : null,
                Wait = !noWait, WaitTimeoutMs = flags.WaitTimeoutMs,
            };
            return new Change<ScaleRequest, ScaleResponse>(Methods.Scale, request, Outcomes.InState)
                .Run(session, flags);
        });
}
