using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>An entry of the group database.</summary>
internal sealed record GroupEntry(string Name, uint Gid);

/// <summary>grp.h.</summary>
internal static unsafe partial class Grp
{
    /// <summary>Large, because an entry lists all members of its group.</summary>
    const int BufferBytes = 256 * 1024;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getgrnam_r(string name, Group* entry, byte* buffer, nuint length, Group** result);

    [LibraryImport("libc")]
    private static partial int getgrgid_r(uint gid, Group* entry, byte* buffer, nuint length, Group** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getgrouplist(string user, uint group, uint* groups, int* count);

    /// <summary>man 3 getgrnam.</summary>
    /// <returns>Null if there is no such group.</returns>
    public static GroupEntry? getgrnam(string name)
    {
        Group entry;
        Group* result;
        var buffer = new byte[BufferBytes];
        fixed (byte* raw = buffer)
        {
            return getgrnam_r(name, &entry, raw, BufferBytes, &result) == 0 && result != null ? ToEntry(entry) : null;
        }
    }

    /// <summary>man 3 getgrgid.</summary>
    /// <returns>Null if there is no such group.</returns>
    public static GroupEntry? getgrgid(uint gid)
    {
        Group entry;
        Group* result;
        var buffer = new byte[BufferBytes];
        fixed (byte* raw = buffer)
        {
            return getgrgid_r(gid, &entry, raw, BufferBytes, &result) == 0 && result != null ? ToEntry(entry) : null;
        }
    }

    /// <summary>man 3 getgrouplist: all groups of a user, including <paramref name="primary"/>.</summary>
    public static uint[] GroupsOf(string user, uint primary)
    {
        var groups = new uint[64];
        while (true)
        {
            var count = groups.Length;
            int result;
            fixed (uint* raw = groups) result = getgrouplist(user, primary, raw, &count);
            if (result >= 0) return groups[..count];
            groups = new uint[Math.Max(count, groups.Length * 2)];
        }
    }

    static GroupEntry ToEntry(in Group entry) => new(Marshal.PtrToStringUTF8((nint)entry.gr_name) ?? "", entry.gr_gid);
}

/// <summary><c>struct group</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Group
{
    public byte* gr_name;
    public byte* gr_passwd;
    public uint gr_gid;
    public byte** gr_mem;
}
