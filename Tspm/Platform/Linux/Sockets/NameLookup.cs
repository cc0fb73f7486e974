using System.Globalization;
using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Names to addresses. The C library asks name servers and waits for them, half a minute if need be: that is done on a
/// thread of its own, one for all who ask for the same place, and there are few of them. Addresses in digits, and
/// localhost, are known at once.
/// </summary>
internal sealed unsafe class NameLookup
{
    const int MaxThreads = 8;
    const int StackBytes = 256 << 10;

    readonly Lock _gate = new();
    readonly Dictionary<string, List<Found>> _asked = new(StringComparer.Ordinal);

    /// <param name="addresses">Each a <c>struct sockaddr</c>, in the order to be tried; empty when there is a
    /// problem.</param>
    internal delegate void Found(IReadOnlyList<byte[]> addresses, string? problem);

    /// <summary>Tells once: on the caller's thread when nobody has to be asked, else on another.</summary>
    public void Find(HostPort place, Found found)
    {
        var addresses = new List<byte[]>();
        // Whatever is in /etc/hosts: this name means this machine (RFC 6761).
        var known = place.Host == "localhost"
            ? Ask("127.0.0.1", place.Port, Netdb.AI_NUMERICHOST, addresses) | Ask("::1", place.Port,
                Netdb.AI_NUMERICHOST, addresses)
            : Ask(place.Host, place.Port, Netdb.AI_NUMERICHOST, addresses);
        if (known == 0) found(addresses, null);
        else if (Enqueue(place, found) is { } problem) found([], problem);
    }

    string? Enqueue(HostPort place, Found found)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{place.Host}:{place.Port}");
        lock (_gate)
        {
            if (_asked.TryGetValue(key, out var others))
            {
                others.Add(found);
                return null;
            }
            if (_asked.Count >= MaxThreads) return "the name is not known yet: too many names are being looked up";
            _asked[key] = [found];
        }
        try
        {
            new Thread(() => LookUp(place, key), StackBytes) { IsBackground = true, Name = "names" }.Start();
            return null;
        }
        catch (OutOfMemoryException)
        {
            lock (_gate) _asked.Remove(key);
            return "the name cannot be looked up: no thread can be made";
        }
    }

    void LookUp(HostPort place, string key)
    {
        var addresses = new List<byte[]>();
        var error = Ask(place.Host, place.Port, 0, addresses);
        List<Found> waiting;
        lock (_gate) _asked.Remove(key, out waiting!);
        var problem = error == 0
            ? null
            : $"the name '{place.Host}' is not known: "
                + $"{Phrase(Marshal.PtrToStringUTF8((nint)Netdb.gai_strerror(error)) ?? "")}";
        foreach (var found in waiting) found(addresses, problem);
    }

    static int Ask(string host, int port, int flags, List<byte[]> addresses)
    {
        var hints = new AddressInfo { ai_flags = flags, ai_socktype = SysSocket.SOCK_STREAM };
        AddressInfo* first = null;
        var error = Netdb.getaddrinfo(host, port.ToString(CultureInfo.InvariantCulture), &hints, &first);
        if (error != 0) return error;
        for (var info = first; info != null; info = info->ai_next)
            addresses.Add(new Span<byte>(info->ai_addr, (int)info->ai_addrlen).ToArray());
        Netdb.freeaddrinfo(first);
        return 0;
    }

    /// <summary>A text of the C library within a sentence.</summary>
    public static string Phrase(string text) => text.Length > 0 ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
