using Tspm.Logs.Files;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>
/// FIFOs of earlier runs that are in the home when a daemon starts. Their writers may still live (children that were
/// left running on purpose), or they may hold the last output of a run. They are drained into the logs of their
/// processes; FIFOs of deleted processes are removed.
/// </summary>
internal static class LeftoverFifos
{
    public static void Drain(RunRecordStore records, OutputPump outputs, ProcessTable table, TspmHome home)
    {
        foreach (var (key, runId, stream, path) in records.Fifos())
        {
            if (table.Find(key) is not { } process)
            {
                File.Delete(path);
                continue;
            }
            if (stream == "in")
            {
                if (process.View.RunId != runId) File.Delete(path);
                continue;
            }
            var isErr = stream == "err";
            var (log, config) = (isErr ? process.View.ErrLog : process.View.OutLog, process.Definition.Config);
            var root = LogFolders.RootOf(home.Path, config.ProjectDir, log);
            outputs.ResumeOne(path, log, DescriptorKey.Output(runId, isErr ? OutputKind.Err : OutputKind.Out),
                LogPolicy.From(config), root);
        }
    }
}
