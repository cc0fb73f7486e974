using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Logs.Writing;

/// <summary>
/// The output of children, as supervision sees it: FIFOs are made for a run before it is spawned, and their bytes go to
/// files until the last holder has closed them. All members return at once.
/// </summary>
internal interface IRunOutputs
{
    /// <summary>
    /// Makes the FIFOs of a run and starts to move what will be written to them. A failure is a value; nothing is left
    /// behind then.
    /// </summary>
    SpawnFailure? Open(RunStreams run);

    /// <summary>
    /// Why the log files of a run to come could not be opened; null: they could, and they are there with their folders.
    /// </summary>
    SpawnFailure? Check(RunStreams run);

    /// <summary>Goes on with the FIFOs of a run that an earlier daemon started. False: they are gone.</summary>
    bool Resume(RunStreams run);

    /// <summary>The child of a run is there. For the time index only.</summary>
    void Started(RunStreams run, int pid);

    /// <summary>
    /// The spawn failed: closes and removes the FIFOs, and log files and folders that were made for it.
    /// </summary>
    void Discard(RunStreams run);

    /// <summary>
    /// Renames log files on disk with all that belongs to them, and goes on writing to them. Logs of others that have
    /// the new name already are kept. Null, or what did not work: then all have
    /// the old names.
    /// </summary>
    /// <param name="files">Pairs of paths.</param>
    /// <param name="again">An earlier daemon may have renamed some of them.</param>
    Task<string?> Rename(IReadOnlyList<(string From, string To)> files, bool again = false);

    /// <summary>
    /// Removes log files with all that belongs to them, after what was printed so far is in them. Null, or what could
    /// not be removed.
    /// </summary>
    Task<string?> Remove(IReadOnlyList<string> files);

    /// <summary>From now on these logs are rotated and kept by other rules, if they are open.</summary>
    void Keep(IReadOnlyList<string> files, Tspm.Model.Config.LogPolicy policy);

    /// <summary>
    /// The child has ended: moves what it left in the FIFOs, before anything of a later run. Who still holds them may
    /// go on writing.
    /// </summary>
    void Finish(RunStreams run);
}

/// <summary>Where the standard streams of one run come from and go to.</summary>
internal sealed record RunStreams
{
    public required InstanceKey Key { get; init; }
    public required ulong RunId { get; init; }
    public required string OutFifo { get; init; }
    /// <summary>The same as <see cref="OutFifo"/> when both streams go to one file: their order is kept then.</summary>
    public required string ErrFifo { get; init; }
    /// <summary>Null: /dev/null.</summary>
    public string? StdinFifo { get; init; }
    /// <summary>Set again only before the run is opened.</summary>
    public required string OutFile { get; set; }
    /// <summary>May be the same as <see cref="OutFile"/>.</summary>
    public required string ErrFile { get; set; }
    public LogPolicy Log { get; init; } = LogPolicy.Default;
    /// <summary>User that the child runs as and that has to own the FIFOs; null: this one.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// The root of each log file, see <see cref="Files.LogFolders.RootOf"/>; null: no folder is made for the file.
    /// </summary>
    public Func<string, string?> FolderRootOf { get; init; } = static _ => null;

    /// <summary>Where in its files it begins.</summary>
    public RunBeginning Begins { get; } = new();
}

/// <summary>
/// Where in its files the output of a run begins, said by who writes them when all that was printed before is in them:
/// its predecessor's last words may still be on their way when it is started.
/// </summary>
internal sealed class RunBeginning
{
    long _out = -1, _err = -1;

    /// <summary>Negative: not known yet. Safe to read from any thread.</summary>
    public long Out
    {
        get => Volatile.Read(ref _out);
        set => Volatile.Write(ref _out, value);
    }

    public long Err
    {
        get => Volatile.Read(ref _err);
        set => Volatile.Write(ref _err, value);
    }
}
