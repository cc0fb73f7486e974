using Tspm.Logs.Files;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Supervision.Starting;

/// <summary>Decides where the standard streams of runs come from and go to.</summary>
internal static class RunStreamsFactory
{
    public static RunStreams Make(TspmHome home, ProcessDefinition definition, InstanceKey key, ulong runId)
    {
        var config = definition.Config;
        var (outFile, errFile) = LogPaths.For(home, definition, key.Instance);
        return new RunStreams
        {
            Key = key,
            RunId = runId,
            OutFifo = home.FifoPath(key, runId, "out"),
            // Both streams share one FIFO if they share a log file: two FIFOs would be read in turns, which would
            // reorder lines.
            ErrFifo = home.FifoPath(key, runId, outFile == errFile ? "out" : "err"),
            StdinFifo = config.Stdin == "pipe" ? home.FifoPath(key, runId, "in") : null,
            OutFile = outFile,
            ErrFile = errFile,
            Log = LogPolicy.From(config),
            Owner = config.User,
            FolderRootOf = file => LogFolders.RootOf(home.Path, config.ProjectDir, file),
        };
    }
}
