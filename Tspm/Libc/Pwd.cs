using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>An entry of the user database.</summary>
internal sealed record UserEntry(string Name, uint Uid, uint Gid, string Home, string Shell);

/// <summary>pwd.h.</summary>
internal static unsafe partial class Pwd
{
    /// <summary>The C library refuses longer entries with ERANGE; sysconf suggests 1024.</summary>
    const int BufferBytes = 16 * 1024;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getpwnam_r(string name, Passwd* entry, byte* buffer, nuint length, Passwd** result);

    [LibraryImport("libc")]
    private static partial int getpwuid_r(uint uid, Passwd* entry, byte* buffer, nuint length, Passwd** result);

    /// <summary>man 3 getpwnam.</summary>
    /// <returns>Null if there is no such user.</returns>
    public static UserEntry? getpwnam(string name)
    {
        Passwd entry;
        Passwd* result;
        var buffer = new byte[BufferBytes];
        fixed (byte* raw = buffer)
        {
            return getpwnam_r(name, &entry, raw, BufferBytes, &result) == 0 && result != null ? ToEntry(entry) : null;
        }
    }

    /// <summary>man 3 getpwuid.</summary>
    /// <returns>Null if there is no such user.</returns>
    public static UserEntry? getpwuid(uint uid)
    {
        Passwd entry;
        Passwd* result;
        var buffer = new byte[BufferBytes];
        fixed (byte* raw = buffer)
        {
            return getpwuid_r(uid, &entry, raw, BufferBytes, &result) == 0 && result != null ? ToEntry(entry) : null;
        }
    }

    static UserEntry ToEntry(in Passwd entry) =>
        new(Text(entry.pw_name), entry.pw_uid, entry.pw_gid, Text(entry.pw_dir), Text(entry.pw_shell));

    static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}

/// <summary><c>struct passwd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Passwd
{
    public byte* pw_name;
    public byte* pw_passwd;
    public uint pw_uid;
    public uint pw_gid;
    public byte* pw_gecos;
    public byte* pw_dir;
    public byte* pw_shell;
}
