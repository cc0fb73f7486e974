using Tspm.Logs;
using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>Says where the standard streams of runs come from and go to.</summary>
internal static class RunStreamsOf
{
    public static RunStreams Run(SupervisionServices services, ProcessDefinition definition, InstanceKey key, ulong runId)
    {
        var config = definition.Config;
        var (outFile, errFile) = LogPaths.Of(services.Home, definition, key.Instance);
        return new RunStreams
        {
            Key = key,
            RunId = runId,
            OutFifo = services.Home.FifoPath(key, runId, "out"),
            // Into one file through one FIFO: two would be read in turns, and lines of the two streams would change places.
            ErrFifo = services.Home.FifoPath(key, runId, outFile == errFile ? "out" : "err"),
            StdinFifo = config.Stdin == "pipe" ? services.Home.FifoPath(key, runId, "in") : null,
            OutFile = outFile,
            ErrFile = errFile,
            Log = LogPolicy.Of(config),
            Owner = config.User,
            FolderRootOf = file => LogFolders.RootOf(services.Home.Path, config.ProjectDir, file),
        };
    }
}
