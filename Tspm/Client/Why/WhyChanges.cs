using System.Globalization;
using Tspm.Client.Connection;
using Tspm.Protocol;

namespace Tspm.Client.Why;

/// <summary>Asks the daemon what has changed since the last run of each process that stayed up.</summary>
internal static class WhyChanges
{
    /// <summary>
    /// Adds the changes to the instances of a report. An older daemon reports none.
    /// </summary>
    public static void Add(DaemonClient daemon, WhyReport report)
    {
        string[] present = [.. report.Instances.Where(static one => one.Status is not null)
            .Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Id}:{one.Instance}"))];
        if (present.Length == 0) return;
        try
        {
            var request = new DescribeRequest { Selectors = present, Changes = true };
            var fit = OlderDaemon.Fit(request, daemon);
            if (fit.Changes is null) return;
            var answer = daemon.Call(Methods.Describe, fit);
            foreach (var process in answer.Processes)
                if (report.Find(process.Status.Id, process.Status.Instance) is { } instance)
                {
                    instance.Changes = process.Changes;
                    instance.Config = process.Config;
                }
        }
        catch (DaemonException missing) when (missing.Code is LocalError.Disconnected or ErrorCode.NoSuchProcess)
        {
            // A process was deleted, or the daemon has ended.
        }
    }
}
