using Tspm.Libc;

namespace Tspm.Platform.Facts;

/// <summary>
/// Checks whether a path in an index leads to a place inside the checkout. The owner of the checkout can write anything
/// to the index, and the daemon may be root, so a path such as <c>../../root/x</c>, or one through a link, must not be
/// followed. Git itself treats files behind a link as deleted.
/// </summary>
internal sealed unsafe class TrackedPath
{
    const uint KindBits = 0xF000, Folder = 0x4000;

    /// <summary>The last folder that was found inside. The index is sorted, so most paths are in it.</summary>
    byte[] _folder = [];

    /// <param name="root">The descriptor of the top folder.</param>
    /// <param name="path">The path from the index.</param>
    public bool IsInside(int root, ReadOnlySpan<byte> path)
    {
        if (!HasPlainNames(path)) return false;
        var end = path.LastIndexOf((byte)'/');
        if (end < 0 || path[..end].SequenceEqual(_folder)) return true;
        var folder = path[..end].ToArray();
        for (var at = 0; at <= folder.Length; at++)
        {
            if (at < folder.Length && folder[at] != '/') continue;
            var prefix = folder.AsSpan(0, at);
            var isKnown = _folder.AsSpan().StartsWith(prefix) && (at == _folder.Length || _folder[at] == '/');
            if (!isKnown && !IsFolder(root, prefix)) return false;
        }
        _folder = folder;
        return true;
    }

    /// <summary>Whether this is a folder. A missing name is not one.</summary>
    static bool IsFolder(int root, ReadOnlySpan<byte> path)
    {
        Span<byte> terminated = [.. path, 0];
        StatxBuffer raw;
        fixed (byte* start = terminated)
            if (SysStat.statx(root, start, Fcntl.AT_SYMLINK_NOFOLLOW, SysStat.STATX_BASIC_STATS, &raw) != 0)
                return false;
        return (new FileStatus(in raw).Mode & KindBits) == Folder;
    }

    static bool HasPlainNames(ReadOnlySpan<byte> path)
    {
        foreach (var range in path.Split((byte)'/'))
            if (path[range] is [] or [(byte)'.'] or [(byte)'.', (byte)'.']) return false;
        return true;
    }
}
