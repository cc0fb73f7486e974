using Tspm.Model.State;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Tests.Boot;

/// <summary>
/// Service managers' programs that only write down how they were called, and answer as the test says.
/// </summary>
internal sealed class RecordedTools
{
    /// <summary>Beginnings of calls that fail, and what they print then.</summary>
    public Dictionary<string, string> Failures { get; } = [];

    public List<string> Calls { get; } = [];

    public Action<string> Happens { get; set; } = static _ => { };

    public ToolResult Run(string tool, string[] arguments)
    {
        var call = $"{tool} {string.Join(' ', arguments)}";
        Calls.Add(call);
        Happens(call);
        foreach (var (beginning, output) in Failures)
            if (call.StartsWith(beginning, StringComparison.Ordinal))
                return new ToolResult(ToolEnd.Exited, new ExitStatus(1, null), output);
        return new ToolResult(ToolEnd.Exited, new ExitStatus(0, null), "");
    }
}
