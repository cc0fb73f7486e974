using Tspm.Logs.Files;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>
/// FIFOs of earlier runs that lie in the home when a daemon starts: their writers may live on (children that were left
/// alone on purpose), or their last words are still inside. They are drained into the log of their process; those of
/// processes that are gone are removed.
/// </summary>
internal static class LeftoverFifos
{
    public static void Drain(RunRecordStore records, OutputPump outputs, ProcessTable table, TspmHome home)
    {
        foreach (var (key, runId, stream, path) in records.Fifos())
        {
            if (table.Find(key) is not { } cell)
            {
                File.Delete(path);
                continue;
            }
            if (stream == "in")
            {
                if (cell.View.RunId != runId) File.Delete(path);
                continue;
            }
            var isErr = stream == "err";
            var (log, config) = (isErr ? cell.View.ErrLog : cell.View.OutLog, cell.Definition.Config);
            var root = LogFolders.RootOf(home.Path, config.ProjectDir, log);
            outputs.ResumeOne(path, log, DescriptorKey.Output(runId, isErr ? OutputKind.Err : OutputKind.Out),
                LogPolicy.Of(config), root);
        }
    }
}
