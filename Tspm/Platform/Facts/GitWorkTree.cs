using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>
/// Finds the tracked files that differ from the index, in the same way as git: a file with the size and time in the
/// index is unchanged, and if only the time differs, the content decides. Files that cannot be decided (no time left,
/// or content that git would convert first) make the answer incomplete, but never wrong.
/// </summary>
/// <param name="checkout">The checkout.</param>
/// <param name="hashBytes">The length of its object names.</param>
/// <param name="budget">The time budget for the whole comparison.</param>
internal sealed unsafe class GitWorkTree(GitCheckout checkout, int hashBytes, TimeBudget budget)
{
    const uint KindBits = 0xF000, Link = 0xA000, Regular = 0x8000;

    /// <summary>How many entries are compared between two checks of the clock.</summary>
    const int EntriesPerCheck = 32;

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
        // Without an index, no file is tracked.
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
            if (count % EntriesPerCheck == 0 && budget.IsSpent)
            {
                _isComplete = false;
                return Found(staged: null);
            }
            staged.Append(index.Hash);
            staged.Append(index.PathZ);
            if (!index.IsUnwatched && (index.Mode & KindBits) is Regular or Link) CompareEntry(index, root, written);
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

    void CompareEntry(GitIndex index, int root, DateTimeOffset written)
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
        // A file that was written in the same moment as the index may have been written once more afterwards; git's
        // documentation calls this racy.
        if (isSameTime && isSameSize && status.Modified < written) return;
        if (!isSameSize && index.Size != 0) Add(index, status);
        else if (DiffersInContent(index, status) is not { } differs) _isComplete = false;
        else if (differs) Add(index, status);
    }

    void Add(GitIndex index, FileStatus? status)
    {
        var path = Encoding.UTF8.GetString(index.Path);
        // Each side of a merge conflict has its own entry.
        if (_changed.Count > 0 && _changed[^1].Path == path) return;
        if (++_count > GitFacts.MostNames) return;
        _changed.Add(new GitChange { Path = path, ModifiedAt = status?.Modified, SizeBytes = status?.Size ?? 0 });
    }

    /// <returns>Null if not known.</returns>
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
    /// Whether git may have stored other content than the file has, because of line endings or a filter (git-lfs).
    /// </summary>
    bool MayConvert => _mayConvert ??= FileSystem.IsThere(Path.Combine(checkout.Root, ".gitattributes"))
        || FileSystem.IsThere(Path.Combine(checkout.CommonFolder, "info", "attributes"));

    /// <summary>Hashes the target of a link, which is what git stores for it.</summary>
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

    /// <summary>
    /// Returns the name of the object with the content of the file; null if it could not be read in time.
    /// </summary>
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
