using System.Net;
using System.Net.Sockets;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// TCP ports for a program that will listen a moment later. Never one the system hands out by itself
/// (<c>ip_local_port_range</c> begins at 32768): the outgoing connection of another test would take it meanwhile. Never
/// one twice in a run.
/// </summary>
internal static class FreePort
{
    const int First = 20_000, End = 30_000;

    static int _next = Random.Shared.Next(First, End);

    public static int Take()
    {
        for (var tries = First; tries < End; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) - First) % (End - First);
            if (IsFree(port)) return port;
        }
        throw new InvalidOperationException($"no free port between {First} and {End}");
    }

    static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.IPv6Any, port) { Server = { DualMode = true } };
            probe.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse
            or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
