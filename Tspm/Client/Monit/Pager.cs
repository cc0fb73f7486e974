using Tspm.Client.Running;
using Tspm.Text;

namespace Tspm.Client.Monit;

/// <summary>The user's pager: $PAGER, or else less or more.</summary>
internal static class Pager
{
    /// <summary>Shows a file until the user leaves the pager.</summary>
    /// <returns>Null, or why it cannot be shown.</returns>
    public static string? Show(string file)
    {
        if (!File.Exists(file)) return $"{file} does not exist";
        var chosen = Environment.GetEnvironmentVariable("PAGER");
        var words = string.IsNullOrWhiteSpace(chosen) ? null : ShellWords.Split(chosen);
        string[][] candidates = words is { Count: > 0 } ? [[.. words]] : [["less", "-R", "+G"], ["more"]];
        string? problem = null;
        foreach (var candidate in candidates)
        {
            problem = ForegroundProgram.Run([.. candidate, file]);
            if (problem is null) return null;
        }
        return $"{problem}; set PAGER to a program that shows files";
    }
}
