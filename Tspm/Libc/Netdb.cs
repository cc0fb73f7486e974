using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>netdb.h.</summary>
internal static unsafe partial class Netdb
{
    public const int AI_NUMERICHOST = 4;

    /// <summary>man 3 getaddrinfo. May wait for name servers, except with AI_NUMERICHOST.</summary>
    /// <returns>0, or an error number for <see cref="gai_strerror"/>.</returns>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getaddrinfo(string node, string service, AddressInfo* hints, AddressInfo** result);

    [LibraryImport("libc")]
    public static partial void freeaddrinfo(AddressInfo* first);

    /// <summary>man 3 gai_strerror. The text is static: do not free it.</summary>
    [LibraryImport("libc")]
    public static partial byte* gai_strerror(int error);
}

/// <summary><c>struct addrinfo</c>, man 3 getaddrinfo, laid out as in glibc and musl on 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AddressInfo
{
    public int ai_flags;
    public int ai_family;
    public int ai_socktype;
    public int ai_protocol;
    public uint ai_addrlen;
    public byte* ai_addr;
    public byte* ai_canonname;
    public AddressInfo* ai_next;
}
