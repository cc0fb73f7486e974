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

    static string Details(PlanStep step)
    {
        if (step.Changes is not { Count: > 0 } changes) return "";
        var fields = changes.Select(field =>
            ApplyPlan.TakesEffectAtNextStart(field) && !step.Restarts ? field + " (from the next start on)" : field);
        var text = ": " + ControlText.Escape(string.Join(", ", fields));
        return step.Restarts ? text + "; restarts it" : text;
    }
}
