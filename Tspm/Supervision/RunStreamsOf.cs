using Tspm.Logs;
using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>Numbers the runs and says where their standard streams come from and go to.</summary>
internal static class RunStreamsOf
{
    static ulong _last;

    /// <summary>A run that has never been: its number is larger than that of every earlier one, also of earlier daemons (as long as the wall clock is not far behind).</summary>
    public static RunStreams NewRun(SupervisionServices services, ProcessDefinition definition, InstanceKey key)
    {
        _last = Math.Max(_last + 1, (ulong)services.Clock.GetUtcNow().UtcTicks);
        return Run(services, definition, key, _last);
    }

    /// <summary>A run of an earlier daemon.</summary>
    public static RunStreams Run(SupervisionServices services, ProcessDefinition definition, InstanceKey key, ulong runId)
    {
        _last = Math.Max(_last, runId);
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
        };
    }
}
