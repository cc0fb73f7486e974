using System.Collections.Concurrent;
using Tspm.Logs.Files;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Logs.Writing;

/// <summary>
/// The streams of the pump: opens FIFOs and log files, and keeps what belongs to each stream (its descriptor, its share
/// of the pipe budget, its duplicate in the guardian) in step. A stream is opened on the caller's thread, where a
/// failure can be returned, and then adopted and closed on the pump's thread.
/// </summary>
internal sealed class StreamTable(IDescriptorStore store, LogFileSet files, Func<IByteMover> makeMover) : IDisposable
{
    readonly LinePeek _peek = new();
    readonly Dictionary<int, OutputStream> _byDescriptor = [];

    /// <summary>Streams by FIFO path, for any thread; null: opened, and not yet adopted.</summary>
    readonly ConcurrentDictionary<string, OutputStream?> _byFifo = new();

    /// <summary>Descriptors of streams that are not yet adopted, by FIFO path.</summary>
    readonly ConcurrentDictionary<string, FifoOpening.Ends> _notAdopted = new();

    /// <summary>
    /// Moves the bytes of enlarged FIFOs; null: there is none. Must be set before anything is opened.
    /// </summary>
    public TeeMover? RaisedMover { get; set; }

    /// <summary>Limits the enlarging of FIFOs.</summary>
    public PipeBudget Budget { get; } = new();

    /// <summary>Creates a FIFO, and opens it with its log file. Called on any thread.</summary>
    /// <param name="run">The run that will write to the FIFO.</param>
    /// <param name="fifo">Path of the FIFO.</param>
    /// <param name="file">Path of the log file.</param>
    /// <param name="key">The key of the read end in the guardian.</param>
    /// <param name="isRaised">Whether the FIFO was enlarged.</param>
    /// <returns>Null on success; on failure, nothing is left behind.</returns>
    public SpawnFailure? Create(RunStreams run, string fifo, string file, DescriptorKey key, out bool isRaised)
    {
        isRaised = false;
        if (FifoOpening.Make(fifo, run.Owner) is { } failure) return failure;
        if (FifoOpening.Open(fifo, file, run.FolderRootOf(file), out var problem) is not { } opened)
        {
            FifoOpening.Remove(fifo);
            return problem;
        }
        // Must happen before the spawn: a child may print more than a default pipe holds and exit at once.
        isRaised = run.Log.LargePipe && Budget.TryRaise(opened.Fifo.Number);
        store.Store(key, opened.Fifo.Number);
        // From now on, TryReserve knows that this FIFO is already open.
        _byFifo[fifo] = null;
        _notAdopted[fifo] = opened;
        return null;
    }

    /// <summary>Reserves the FIFO of an earlier daemon for <see cref="OpenExisting"/>. Called on any thread.</summary>
    /// <returns>False if the FIFO is already open or reserved.</returns>
    public bool TryReserve(string fifo) => _byFifo.TryAdd(fifo, null);

    /// <summary>Opens a reserved FIFO with its log file. Called on any thread.</summary>
    /// <returns>False if that is not possible; then it is no longer reserved.</returns>
    public bool OpenExisting(string fifo, string file, DescriptorKey key, string? folderRoot)
    {
        if (FifoOpening.Open(fifo, file, folderRoot, out _) is not { } opened)
        {
            _byFifo.TryRemove(fifo, out _);
            return false;
        }
        store.Store(key, opened.Fifo.Number);
        _notAdopted[fifo] = opened;
        return true;
    }

    /// <summary>Makes a stream of a FIFO that has been opened. Called on the pump's thread.</summary>
    public OutputStream Adopt(
        string fifo, string path, DescriptorKey key, LogPolicy policy, string? folderRoot, bool isRaised)
    {
        if (!_notAdopted.TryRemove(fifo, out var opened))
            throw new InvalidOperationException($"{fifo} was not opened");
        var file = files.Use(path, opened.File, policy, folderRoot);
        var stream = new OutputStream(
            fifo, opened.Fifo, key, new OutputRun(key.RunId), file, makeMover(), RaisedMover, _peek)
        {
            IsRaised = isRaised,
            Made = opened.Made,
        };
        _byDescriptor[stream.Number] = _byFifo[fifo] = stream;
        return stream;
    }

    /// <summary>The stream with this descriptor; null if it has been closed. For the pump's thread.</summary>
    public OutputStream? Find(int descriptor) => _byDescriptor.GetValueOrDefault(descriptor);

    /// <summary>The streams that are written to one of these logs.</summary>
    public List<OutputStream> To(IReadOnlyList<string> logs) =>
        [.. _byDescriptor.Values.Where(stream => logs.Contains(stream.File.Path))];

    /// <summary>The adopted streams of a run.</summary>
    public List<OutputStream> Of(RunStreams run)
    {
        var streams = new List<OutputStream>(2);
        if (_byFifo.TryGetValue(run.OutFifo, out var output) && output is not null) streams.Add(output);
        if (run.ErrFifo != run.OutFifo && _byFifo.TryGetValue(run.ErrFifo, out var error) && error is not null)
            streams.Add(error);
        return streams;
    }

    /// <summary>
    /// Closes a stream, which must no longer be watched, and removes its FIFO and the guardian's duplicate. The log
    /// file stays open. Called on the pump's thread.
    /// </summary>
    public void Close(OutputStream stream)
    {
        _byDescriptor.Remove(stream.Number);
        _byFifo.TryRemove(stream.Fifo, out _);
        if (stream.IsRaised)
        {
            Budget.GiveBack();
            if (Budget.IsUnused) RaisedMover?.Release();
        }
        stream.Close();
        FifoOpening.Remove(stream.Fifo);
        store.Remove(stream.Key);
    }

    /// <summary>
    /// Closes all streams and log files without draining: unread output stays in the FIFOs for the next daemon.
    /// </summary>
    public void Dispose()
    {
        foreach (var stream in _byDescriptor.Values) stream.Close();
        // A file whose path was taken over by another one is no longer in the set of files.
        foreach (var stream in _byDescriptor.Values) stream.File.Close();
        foreach (var opened in _notAdopted.Values) opened.Dispose();
        files.CloseAll();
        _peek.Dispose();
        RaisedMover?.Dispose();
        _byDescriptor.Clear();
    }
}
