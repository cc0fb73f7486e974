using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Logs.Writing;

/// <summary>
/// The output of children, as supervision sees it. The FIFOs of a run are created before it is spawned, and their bytes
/// go to files until the last holder has closed them. No member blocks.
/// </summary>
internal interface IRunOutputs
{
    /// <summary>
    /// Creates the FIFOs of a run, and starts moving what is written to them.
    /// </summary>
    /// <returns>Null on success; on failure, nothing is left behind.</returns>
    SpawnFailure? Open(RunStreams run);

    /// <summary>
    /// Checks whether the log files of a future run can be opened, and creates them with their folders.
    /// </summary>
    /// <returns>Null if they can, else the reason why not.</returns>
    SpawnFailure? Check(RunStreams run);

    /// <summary>Continues with the FIFOs of a run that an earlier daemon started.</summary>
    /// <returns>False if the FIFOs are gone.</returns>
    bool Resume(RunStreams run);

    /// <summary>The child of a run was spawned. The pid is needed for the time index only.</summary>
    void Started(RunStreams run, int pid);

    /// <summary>
    /// The spawn failed: closes and removes the FIFOs, and the log files and folders that were created for the run.
    /// </summary>
    void Discard(RunStreams run);

    /// <summary>
    /// Renames log files with their rotated files and indexes; open files continue under the new name. Other files that
    /// already have the new name are kept under a third one.
    /// </summary>
    /// <param name="files">Pairs of paths.</param>
    /// <param name="again">Whether an earlier daemon may already have renamed some of them.</param>
    /// <returns>Null on success, else the reason; then all files have their old names.</returns>
    Task<string?> Rename(IReadOnlyList<(string From, string To)> files, bool again = false);

    /// <summary>
    /// Removes log files with their rotated files and indexes, after the output so far has been written.
    /// </summary>
    /// <returns>Null on success, else a sentence about the first file that could not be removed.</returns>
    Task<string?> Remove(IReadOnlyList<string> files);

    /// <summary>Applies another policy of rotation and retention to those of the logs that are open.</summary>
    void Keep(IReadOnlyList<string> files, Tspm.Model.Config.LogPolicy policy);

    /// <summary>
    /// The child has ended: moves its remaining output out of the FIFOs before that of a later run. Other processes
    /// that hold the FIFOs may continue writing.
    /// </summary>
    void Finish(RunStreams run);
}

/// <summary>The FIFOs of one run's standard streams, and the files that their output goes to.</summary>
internal sealed record RunStreams
{
    public required InstanceKey Key { get; init; }
    public required ulong RunId { get; init; }
    public required string OutFifo { get; init; }
    /// <summary>The same as <see cref="OutFifo"/> if both streams go to one file, which keeps their order.</summary>
    public required string ErrFifo { get; init; }
    /// <summary>The FIFO for standard input; null: standard input is /dev/null.</summary>
    public string? StdinFifo { get; init; }
    /// <summary>Must not be changed after the run has been opened.</summary>
    public required string OutFile { get; set; }
    /// <summary>May be the same as <see cref="OutFile"/>.</summary>
    public required string ErrFile { get; set; }
    public LogPolicy Log { get; init; } = LogPolicy.Default;
    /// <summary>The user that the child runs as, who must own the FIFOs; null: the daemon's user.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// The folder of a log file below which missing folders are created (see
    /// <see cref="Files.LogFolders.RootOf"/>); null: none are.
    /// </summary>
    public Func<string, string?> FolderRootOf { get; init; } = static _ => null;

    /// <summary>Where in the files the output of the run begins.</summary>
    public RunBeginning Begins { get; } = new();
}

/// <summary>
/// Where in the log files the output of a run begins. The pump sets this once all earlier output is in the files: when
/// a run is started, the last output of the previous run may still be on its way.
/// </summary>
internal sealed class RunBeginning
{
    long _out = -1, _err = -1;

    /// <summary>Offset in the output log; negative: not known yet. Can be read from any thread.</summary>
    public long Out
    {
        get => Volatile.Read(ref _out);
        set => Volatile.Write(ref _out, value);
    }

    /// <summary>Offset in the error log; negative: not known yet. Can be read from any thread.</summary>
    public long Err
    {
        get => Volatile.Read(ref _err);
        set => Volatile.Write(ref _err, value);
    }
}
