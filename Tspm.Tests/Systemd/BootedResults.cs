namespace Tspm.Tests.Systemd;

/// <summary>What cases.sh wrote: a line for each case, and its log.</summary>
internal sealed class BootedResults
{
    /// <summary>Why nothing was booted; null: it was.</summary>
    public string? Skipped { get; init; }

    public IReadOnlyDictionary<string, string> Lines { get; init; } = new Dictionary<string, string>();

    public string Log { get; init; } = "";

    public string Of(string name) =>
        Lines.GetValueOrDefault(name,
            $"did not come to its turn; the log ends with: {Log[Math.Max(0, Log.Length - 2000)..]}");

    public static BootedResults Read(string folder, string printed)
    {
        var lines = new Dictionary<string, string>();
        var path = Path.Combine(folder, "cases");
        // "PASS name", "FAIL name: what".
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
            if (line.Split(' ', 2) is ["PASS" or "FAIL", var rest])
                lines[rest.Split(": ", 2)[0]] = line.StartsWith("PASS", StringComparison.Ordinal) ? "PASS" : rest;
        string Text(string name) =>
            File.Exists(Path.Combine(folder, name)) ? File.ReadAllText(Path.Combine(folder, name)) : "";
        // What comes before the first case has nothing of the product in it: no mounts or containers are permitted
        // here, or this kernel is not enough for that systemd.
        if (Text("cases").Length == 0) return new BootedResults
        {
            Skipped = $"no system could be booted: {(Text("console") + printed).Trim()}",
        };
        return new BootedResults { Lines = lines, Log = Text("log") };
    }
}
