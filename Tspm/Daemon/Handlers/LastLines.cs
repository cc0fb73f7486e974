using System.Text;
using Tspm.Logs;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary>The last words of children that died while they were being started: the reason is most often there.</summary>
internal static class LastLines
{
    const int Count = 10;

    public static async Task AddTo(DaemonContext context, List<ProcessOutcome> outcomes)
    {
        if (!outcomes.Exists(outcome => outcome.Error is not null)) return;
        await context.Outputs.Settled();
        var views = context.Supervisor.Views();
        for (var i = 0; i < outcomes.Count; i++)
        {
            var outcome = outcomes[i];
            var view = views.FirstOrDefault(view => view.Key.Id == outcome.Id && view.Key.Instance == outcome.Instance);
            if (outcome.Error is null || view is null || view.RecentExits.Count == 0) continue;
            outcomes[i] = outcome with { LastLines = Read(view.ErrLog) is { Count: > 0 } lines ? lines : Read(view.OutLog) };
        }
    }

    static List<string> Read(string path)
    {
        var lines = new List<string>();
        using var reader = new LogReader(path);
        foreach (var found in LogStart.OfLast(reader, Count, reader.Chain.Begin, reader.Chain.End))
            if (found is { } start) reader.Seek(start);
        while (lines.Count < Count && reader.TryRead(takePartial: true, out var line, out _)) lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }
}
