using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>
/// Which tracked files differ from the index. As git does it: what has the size and the time that the index names is
/// unchanged; where only the time differs, the content decides. What cannot be decided (no time left, a content that
/// git would convert first) makes the answer incomplete, never wrong.
/// </summary>
/// <param name="checkout">Whose.</param>
/// <param name="hashBytes">Length of its object names.</param>
/// <param name="budget">For all of it.</param>
internal sealed unsafe class GitWorkTree(GitCheckout checkout, int hashBytes, TimeBudget budget)
{
    const uint KindBits = 0xF000, Link = 0xA000, Regular = 0x8000;

    /// <summary>Entries between two looks at the clock.</summary>
    const int LookEvery = 32;

    const int PartBytes = 64 << 10;

    readonly TrackedPath _paths = new();
    readonly List<GitChange> _changed = [];
    int _count;
    bool _isComplete = true;
    bool? _mayConvert;
    byte[]? _part;

    public GitFacts Compare()
    {
        using var index = RegularFile.Open(Path.Combine(checkout.GitFolder, "index"), out var problem);
        // Without an index nothing is tracked.
        if (index is null) return new GitFacts { IsComplete = problem!.Kind == FileProblemKind.Missing };
        using var root = Linux.Descriptors.Open(checkout.Root, Fcntl.O_PATH | Fcntl.O_DIRECTORY);
        if (!root.IsOpen) return new GitFacts();
        try
        {
            return Compare(index, root.Number);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Found(staged: null);
        }
    }

    GitFacts Compare(SafeFileHandle file, int root)
    {
        var written =
            SysStat.fstat(file.DangerousGetHandle().ToInt32(), out var status) == 0 ? status.Modified : default;
        var index = new GitIndex(file, hashBytes);
        var staged = new XxHash128();
        for (var count = 0; index.MoveNext(); count++)
        {
            if (count % LookEvery == 0 && budget.IsSpent)
            {
                _isComplete = false;
                return Found(staged: null);
            }
            staged.Append(index.Hash);
            staged.Append(index.PathZ);
            if (!index.IsUnwatched && (index.Mode & KindBits) is Regular or Link) Look(index, root, written);
        }
        _isComplete &= index.IsWhole();
        return Found(index.IsReadable ? Convert.ToHexStringLower(staged.GetCurrentHash()) : null);
    }

    GitFacts Found(string? staged) => new()
    {
        Changed = _changed,
        ChangedCount = _count,
        IsComplete = _isComplete && staged is not null,
        Staged = staged,
    };

    void Look(GitIndex index, int root, DateTimeOffset written)
    {
        if (!_paths.IsInside(root, index.Path))
        {
            Add(index, null);
            return;
        }
        StatxBuffer raw;
        fixed (byte* path = index.PathZ)
        {
            if (SysStat.statx(root, path, Fcntl.AT_SYMLINK_NOFOLLOW, SysStat.STATX_BASIC_STATS, &raw) != 0)
            {
                if (Errno.Last is Errno.ENOENT or Errno.ENOTDIR) Add(index, null);
                else _isComplete = false;
                return;
            }
        }
        var status = new FileStatus(in raw);
        if (index.IsUnmerged || (status.Mode & KindBits) != (index.Mode & KindBits))
        {
            Add(index, status);
            return;
        }
        var isSameTime = (uint)raw.stx_mtime_sec == index.ModifiedSeconds
            && (index.ModifiedNanoseconds == 0 || raw.stx_mtime_nsec == index.ModifiedNanoseconds);
        var isSameSize = (uint)raw.stx_size == index.Size;
        // Written in the moment in which the index was written: it may have been written again since (git's own
        // documentation calls that racy).
        if (isSameTime && isSameSize && status.Modified < written) return;
        if (!isSameSize && index.Size != 0) Add(index, status);
        else if (DiffersInContent(index, status) is not { } differs) _isComplete = false;
        else if (differs) Add(index, status);
    }

    void Add(GitIndex index, FileStatus? status)
    {
        var path = Encoding.UTF8.GetString(index.Path);
        // The sides of a merge are an entry each.
        if (_changed.Count > 0 && _changed[^1].Path == path) return;
        if (++_count > GitFacts.MostNames) return;
        _changed.Add(new GitChange { Path = path, ModifiedAt = status?.Modified, SizeBytes = status?.Size ?? 0 });
    }

    /// <summary>Null: not known.</summary>
    bool? DiffersInContent(GitIndex index, FileStatus status)
    {
        if (hashBytes != Sha1.Bytes) return null;
        var path = Path.Combine(checkout.Root, Encoding.UTF8.GetString(index.Path));
        if (status.IsLink) return HashOfLink(path) is { } target ? !target.AsSpan().SequenceEqual(index.Hash) : null;
        if (HashOf(path, status.Size) is not { } hash) return null;
        if (hash.AsSpan().SequenceEqual(index.Hash)) return false;
        return MayConvert ? null : true;
    }

    /// <summary>
    /// Git may have stored something else than what is in the file: line ends, a filter (large files).
    /// </summary>
    bool MayConvert => _mayConvert ??= FileSystem.IsThere(Path.Combine(checkout.Root, ".gitattributes"))
        || FileSystem.IsThere(Path.Combine(checkout.CommonFolder, "info", "attributes"));

    /// <summary>Git stores where a link leads.</summary>
    static byte[]? HashOfLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not { } target) return null;
        var content = Encoding.UTF8.GetBytes(target);
        var hash = Begin(content.Length);
        hash.Append(content);
        return hash.Finish();
    }

    static Sha1 Begin(long size)
    {
        var hash = new Sha1();
        hash.Append(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {size}\0")));
        return hash;
    }

    /// <summary>The name of the object that has this content; null: it could not be read in time.</summary>
    byte[]? HashOf(string path, long size)
    {
        using var file = RegularFile.Open(path, out _);
        if (file is null) return null;
        var hash = Begin(size);
        _part ??= new byte[PartBytes];
        for (long at = 0; ;)
        {
            if (budget.IsSpent) return null;
            var count = RandomAccess.Read(file, _part, at);
            at += count;
            if (count == 0) return at == size ? hash.Finish() : null;
            hash.Append(_part.AsSpan(0, count));
        }
    }
}
