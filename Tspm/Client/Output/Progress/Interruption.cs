using System.Globalization;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Progress;

/// <summary>The sentence after Ctrl-C: the client ends, but the daemon continues with the request.</summary>
internal static class Interruption
{
    /// <summary>The most processes to name; the others are only counted.</summary>
    const int MostNames = 5;

    /// <param name="method">The method of the request.</param>
    /// <param name="late">The processes that are not done; empty if none is known.</param>
    /// <param name="several">The ids of the processes that have several instances.</param>
    public static string Describe(string method, IReadOnlyList<ProcessStatus> late, HashSet<int> several)
    {
        if (late.Count == 0) return $"'{method}' continues in the background; to see the state: tspm list";
        List<string> names = [.. late.Take(MostNames)
            .Select(process => Display.Name(process.Name, process.Instance, several.Contains(process.Id)))];
        var (who, verb) = late.Count == 1 ? (names[0], "is") : (Joined(names, late.Count - names.Count), "are");
        var what = late.Any(process => process.State != late[0].State) ? "not done yet" : Doing(late[0]);
        return $"{who} {verb} {what}; '{method}' continues in the background. To watch it: tspm list -f";
    }

    static string Doing(ProcessStatus process) =>
        process.State == ProcessState.Online ? "not done yet" : $"still {Display.State(process.State)}";

    static string Joined(List<string> names, int more)
    {
        var counted = string.Create(CultureInfo.InvariantCulture, $"{more} more");
        List<string> all = more == 0 ? names : [.. names, counted];
        return $"{string.Join(", ", all.Take(all.Count - 1))} and {all[^1]}";
    }
}
