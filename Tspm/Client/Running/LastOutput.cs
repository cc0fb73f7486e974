using System.Text;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Output.Describing;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>Adds the last lines that processes printed to their descriptions.</summary>
internal static class LastOutput
{
    /// <summary>The most lines of each instance, which fit on one screen with the rest of its description.</summary>
    const int MostLines = 10;

    /// <summary>Of more instances the lines are not read, because nobody reads that many screens.</summary>
    const int MostInstances = 50;

    /// <param name="daemon">Has just described the processes.</param>
    /// <param name="processes">Their descriptions.</param>
    /// <param name="selectors">The selectors that match these processes.</param>
    /// <param name="showsSecrets">See <see cref="Described"/>.</param>
    public static IReadOnlyList<Described> Add(
        DaemonClient daemon, IReadOnlyList<ProcessDescription> processes, IReadOnlyList<string> selectors,
        bool showsSecrets)
    {
        var lines = processes.Count is > 0 and <= MostInstances ? Read(daemon, selectors) : [];
        var several = Display.WithSeveral(
            processes.Select(static process => new InstanceKey(process.Status.Id, process.Status.Instance)));
        return [.. processes.Select(process =>
        {
            var key = new InstanceKey(process.Status.Id, process.Status.Instance);
            var name = Display.Name(process.Status.Name, key.Instance, several.Contains(key.Id));
            return new Described(process, name, lines.GetValueOrDefault(key) ?? [], showsSecrets);
        })];
    }

    static Dictionary<InstanceKey, List<string>> Read(DaemonClient daemon, IReadOnlyList<string> selectors)
    {
        var lines = new Dictionary<InstanceKey, List<string>>();
        try
        {
            var request = new LogsRequest { Selectors = selectors, Lines = MostLines };
            daemon.Stream(Methods.Logs, request, notification =>
            {
                if (notification.Method == Notifications.Log) Add(notification.ReadParams(Wire.Json.LogLine));
                return true;
            });
        }
        catch (DaemonException none) when (none.Code is ErrorCode.Failed or ErrorCode.NoSuchProcess)
        {
            // A log cannot be read, or a process was deleted meanwhile. The rest of the description is still true.
        }
        return lines;

        void Add(LogLine line)
        {
            if (line.LostBytes is not null) return;
            var key = new InstanceKey(line.Id, line.Instance);
            if (!lines.TryGetValue(key, out var own)) lines[key] = own = [];
            own.Add(Plain(line));
            // Both streams may have as many.
            if (own.Count > MostLines) own.RemoveAt(0);
        }
    }

    static string Plain(LogLine line)
    {
        var bytes = line.Base64 is { } encoded
            ? Convert.FromBase64String(encoded) : Encoding.UTF8.GetBytes(line.Text ?? "");
        var clean = Encoding.UTF8.GetString(TerminalFilter.Clean(bytes));
        return ControlText.Escape(ColourSequence.Remove(clean).Replace("\t", "  ", StringComparison.Ordinal));
    }
}
