using System.IO.Compression;
using System.Text;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Logs.Reading;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Logs;

/// <summary>
/// Writes one stream as the pump does: current file, rotated ones, index; and keeps the truth about it.
/// </summary>
internal sealed class WrittenLog
{
    /// <summary>In a year that no file of a test was made after.</summary>
    public const long Midnight = 4_102_444_800_000;

    public const long Noon = Midnight + 43_200_000;

    long _position, _lastTime = long.MinValue;
    ulong _lastRun;

    public WrittenLog(string path, bool indexed = true)
    {
        (Path, IsIndexed) = (path, indexed);
        File.WriteAllText(path, "");
        Begin();
    }

    public string Path { get; }

    public bool IsIndexed { get; set; }

    /// <summary>All that was ever written, with its time.</summary>
    public List<(string Line, long Time)> Truth { get; } = [];

    public long Position => _position;

    public void Started(ulong run, int pid, long time)
    {
        Entry(LogIndexKind.Started, time, run, (ulong)pid);
        _lastRun = 0;
    }

    public void Line(string line, long time, ulong run = 1)
    {
        Truth.Add((line, time));
        Bytes(Encoding.UTF8.GetBytes(line + "\n"), time, run);
    }

    public void Bytes(byte[] bytes, long time, ulong run = 1)
    {
        if (time - _lastTime >= 50 || time < _lastTime || run != _lastRun)
        {
            Entry(LogIndexKind.Bytes, time, run, 0);
            (_lastTime, _lastRun) = (time, run);
        }
        using var file = new FileStream(Path, FileMode.Append, FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete);
        file.Write(bytes);
        _position += bytes.Length;
    }

    /// <summary>What a full disk swallowed.</summary>
    public void Dropped(ulong count, long time)
    {
        Entry(LogIndexKind.Dropped, time, _lastRun, count);
        _lastRun = 0;
    }

    /// <param name="keep">Rotated files that stay.</param>
    /// <param name="gzip">All but the newest one of them are compressed.</param>
    public void Rotate(int keep = 100, bool gzip = false)
    {
        for (var number = keep; number >= 1; number--)
        {
            foreach (var ending in new[] { "", ".gz" })
            {
                var path = $"{Path}.{number}{ending}";
                if (!File.Exists(path)) continue;
                if (number == keep) File.Delete(path);
                else File.Move(path, $"{Path}.{number + 1}{ending}");
            }
        }
        File.Move(Path, Path + ".1");
        if (gzip) Compress(2);
        File.WriteAllText(Path, "");
        Begin();
    }

    public void Compress(int number)
    {
        var path = $"{Path}.{number}";
        if (!File.Exists(path)) return;
        using (var target = new GZipStream(File.Create(path + ".tmp"), CompressionLevel.Fastest))
            target.Write(File.ReadAllBytes(path));
        File.Move(path + ".tmp", path + ".gz");
        File.Delete(path);
    }

    /// <summary>As <c>flush</c>: emptied first, then said in the index.</summary>
    public void Flush()
    {
        using (var file = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(0);
        Begin();
    }

    public LogSource Open(LogsRequest request, string name = "web", string stream = "out", int id = 1)
    {
        var query = LogQuery.From(request, DateTimeOffset.FromUnixTimeMilliseconds(Midnight).AddDays(1));
        var definition = new ProcessDefinition
        {
            Id = id,
            Config = new ProcessConfig { Name = name, Command = "x" },
            CreatedAt = DateTimeOffset.UnixEpoch,
            EnvironmentKey = "",
        };
        var sources = new LogSources(request with { Stream = stream }, query);
        sources.Add(definition, 0, stream == "out" ? Path : Path + ".none", stream == "err" ? Path : Path + ".none");
        return sources.Open()[stream == "out" ? 0 : ^1];
    }

    void Begin() => Entry(LogIndexKind.File, _lastTime == long.MinValue ? Midnight : _lastTime, 0, Inode(Path));

    static ulong Inode(string path) =>
        SysStat.stat(path, out var status) == 0 ? status.Inode : throw new IOException(path);

    void Entry(LogIndexKind kind, long time, ulong run, ulong value)
    {
        if (!IsIndexed) return;
        Span<byte> bytes = stackalloc byte[LogIndexEntry.Size];
        new LogIndexEntry(kind, _position, time, run, value).Write(bytes);
        using var file = new FileStream(LogIndexReader.PathOf(Path), FileMode.Append, FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete);
        file.Write(bytes);
    }
}
