using System.IO.Compression;
using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Logs.Reading;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Tests.Logs;

/// <summary>
/// Real FIFOs, real files, a pump that may be killed and replaced, and a keeper in the guardian's place.
/// </summary>
internal sealed class PumpBench : IDisposable
{
    readonly Func<IByteMover> _makeMover;
    ulong _lastRun;

    public PumpBench(Func<IByteMover>? makeMover = null)
    {
        _makeMover = makeMover ?? (static () => SpliceMover.Instance);
        Folder = Directory.CreateTempSubdirectory("tspm-pump-").FullName;
        Pump = New();
    }

    public string Folder { get; }
    public DuplicatingKeeper Keeper { get; } = new();
    public LogChangeNotifier LogChanges { get; } = new();
    public OutputPump Pump { get; private set; }

    /// <summary>For the runs from now on.</summary>
    public LogPolicy Policy { get; set; } = LogPolicy.Default;

    public string At(string name) => Path.Combine(Folder, name);

    public RunStreams NextRun(string outFile = "out.log", string errFile = "err.log")
    {
        var id = ++_lastRun;
        return new RunStreams
        {
            Key = new InstanceKey(0, 0),
            RunId = id,
            OutFifo = At($"0.0.{id}.out"),
            ErrFifo = At($"0.0.{id}.err"),
            OutFile = At(outFile),
            ErrFile = At(errFile),
            Log = Policy,
        };
    }

    public RunStreams OpenRun(string outFile = "out.log", string errFile = "err.log")
    {
        var run = NextRun(outFile, errFile);
        if (Pump.Open(run) is { } failure) throw new InvalidOperationException(failure.Sentence);
        return run;
    }

    /// <summary>The pump dies as by kill -9: nothing is drained.</summary>
    public void KillPump() => Pump.Dispose();

    public void RestartPump()
    {
        KillPump();
        Pump = New();
    }

    /// <summary>What all logs together may take, from the next pump on; 0: no limit.</summary>
    public long Total { get; set; }

    OutputPump New()
    {
        var pump = new OutputPump(Keeper, LogChanges, _makeMover, Total > 0 ? new TotalLimit(Folder, Total) : null);
        pump.Use(TeeMover.Inherit(At("move.intent"), Keeper.Return(), Keeper));
        return pump;
    }

    public async Task FileIs(string name, byte[] expected, CancellationToken cancellation)
    {
        while (!File.Exists(At(name)) || new FileInfo(At(name)).Length < expected.Length)
            await Task.Delay(1, cancellation);
        var actual = File.ReadAllBytes(At(name));
        if (!actual.AsSpan().SequenceEqual(expected))
            throw new InvalidOperationException($"{name}: {actual.Length} bytes, expected {expected.Length}, alike up "
                + $"to {actual.AsSpan().CommonPrefixLength(expected)}");
    }

    /// <summary>The whole stream: old files, oldest first, compressed or not, then the current one.</summary>
    public byte[] Stream(string name)
    {
        while (true)
        {
            try
            {
                return StreamNow(name);
            }
            catch (FileNotFoundException)
            {
                // It was compressed between the list and the look: there is another list now.
            }
        }
    }

    byte[] StreamNow(string name)
    {
        var all = new MemoryStream();
        foreach (var path in (string[])[.. RotatedLogs.OldestFirst(At(name)), At(name)])
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            if (!path.EndsWith(RotatedLogs.Compressed, StringComparison.Ordinal)) file.CopyTo(all);
            else
            {
                using var plain = new GZipStream(file, CompressionMode.Decompress);
                plain.CopyTo(all);
            }
        }
        return all.ToArray();
    }

    /// <summary>After the pump is settled: the stream in all its files is exactly this.</summary>
    public void StreamIs(string name, byte[] expected)
    {
        var actual = Stream(name);
        if (!actual.AsSpan().SequenceEqual(expected))
            throw new InvalidOperationException($"{name}: {actual.Length} bytes, expected {expected.Length}, alike up "
                + $"to {actual.AsSpan().CommonPrefixLength(expected)}");
    }

    public static byte[] Random(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Dispose()
    {
        Pump.Dispose();
        Keeper.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Holds what it is given open, like the guardian.</summary>
internal sealed class DuplicatingKeeper : IDescriptorStore, IDisposable
{
    readonly Dictionary<DescriptorKey, int> _held = [];

    public int Count
    {
        get
        {
            lock (_held) return _held.Count;
        }
    }

    /// <summary>Does it hold this?</summary>
    public bool Holds(DescriptorKey key)
    {
        lock (_held) return _held.ContainsKey(key);
    }

    /// <summary>What a new daemon gets: duplicates of what it may ask for.</summary>
    public Dictionary<DescriptorKey, Descriptor> Return()
    {
        lock (_held)
            return _held.Where(held => held.Key.IsGivenBack)
                .ToDictionary(held => held.Key, held => Descriptors.Duplicate(held.Value));
    }

    public void Store(DescriptorKey key, int descriptor)
    {
        lock (_held)
        {
            if (_held.Remove(key, out var earlier)) _ = Unistd.close(earlier);
            _held[key] = Fcntl.fcntl(descriptor, Fcntl.F_DUPFD_CLOEXEC, 0);
        }
    }

    public void Remove(DescriptorKey key)
    {
        lock (_held)
            if (_held.Remove(key, out var earlier)) _ = Unistd.close(earlier);
    }

    public void Dispose()
    {
        lock (_held)
            foreach (var descriptor in _held.Values) _ = Unistd.close(descriptor);
    }
}

/// <summary>A child's side: the FIFO open for reading and writing, as children have it.</summary>
internal sealed unsafe class FifoWriter(string path) : IDisposable
{
    readonly int _descriptor = Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC) is >= 0 and var opened
        ? opened
        : throw new IOException($"{path}: {Errno.Describe(Errno.Last)}");

    /// <summary>Waits while the FIFO is full, as a child does.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var count = Unistd.write(_descriptor, start + done, (nuint)(bytes.Length - done));
                if (count < 0 && Errno.Last != Errno.EINTR) throw new IOException(Errno.Describe(Errno.Last));
                if (count > 0) done += (int)count;
            }
        }
    }

    public void Write(string text) => Write(global::System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>All of it in pieces of random sizes.</summary>
    public void WritePieces(byte[] bytes, int seed)
    {
        var random = new Random(seed);
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(bytes.Length - at, random.Next(4) == 0 ? random.Next(1, 200_000) : random.Next(1, 300));
            Write(bytes.AsSpan(at, size));
            at += size;
        }
    }

    public void Dispose() => _ = Unistd.close(_descriptor);
}

/// <summary>A mover that refuses when told and counts.</summary>
internal sealed class MoodyMover : IByteMover
{
    volatile int _refuseWith;
    int _calls;

    public int RefuseWith
    {
        get => _refuseWith;
        set => _refuseWith = value;
    }

    public int Calls => Volatile.Read(ref _calls);

    public int Held => 0;

    public long Move(int fromFifo, int toFile, long offset, int max, out int errno)
    {
        Interlocked.Increment(ref _calls);
        errno = _refuseWith;
        return errno == 0 ? SpliceMover.Instance.Move(fromFifo, toFile, offset, max, out errno) : -1;
    }
}
