using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Model.Config;

namespace Tspm.Client.Output;

/// <summary>Prints the steps of <c>apply</c>, one line per process; unchanged processes are only counted.</summary>
internal static class PlanPrinter
{
    public static void Print(OutputWriter output, IReadOnlyList<PlanStep> steps, bool withKept = true)
    {
        var kept = 0;
        foreach (var step in steps)
        {
            if (step.Action == PlanStep.Keep) kept++;
            else output.WriteLine($"{step.Action} {ControlText.Escape(step.Name)}{Details(step)}");
        }
        if (withKept && (kept > 0 || steps.Count == 0))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"unchanged: {kept}"));
    }

    static string Names(IEnumerable<string> fields) => ControlText.Escape(string.Join(", ", fields));

    static string Details(PlanStep step)
    {
        if (step.Changes is not { Count: > 0 } changes) return "";
        if (step.Restarts) return $": {Names(changes)}; restarts it";
        List<string> later = [.. changes.Where(ApplyPlan.TakesEffectAtNextStart)];
        List<string> now = [.. changes.Except(later)];
        if (later.Count == 0) return $": {Names(now)}";
        return (now.Count > 0 ? $": {Names(now)}; " : ": ") + $"from the next start on: {Names(later)}";
    }
}
