using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// linux/sock_diag.h, linux/inet_diag.h, and the parts of linux/netlink.h that they need (man 7 sock_diag).
/// </summary>
internal static class SockDiag
{
    public const int AF_NETLINK = 16, NETLINK_SOCK_DIAG = 4, SOCK_DIAG_BY_FAMILY = 20;
    public const int NLM_F_REQUEST = 1, NLM_F_DUMP = 0x300, NLMSG_DONE = 3, NLMSG_ALIGNTO = 4;
    public const int IPPROTO_TCP = 6, TCP_LISTEN = 10;
}

/// <summary><c>struct nlmsghdr</c>, man 7 netlink.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetlinkHeader
{
    public uint nlmsg_len;
    public ushort nlmsg_type;
    public ushort nlmsg_flags;
    public uint nlmsg_seq;
    public uint nlmsg_pid;
}

/// <summary><c>struct inet_diag_sockid</c>; ports and addresses are in network byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InetDiagSocketId
{
    public ushort idiag_sport;
    public ushort idiag_dport;
    public fixed byte idiag_src[16];
    public fixed byte idiag_dst[16];
    public uint idiag_if;
    public fixed uint idiag_cookie[2];
}

/// <summary><c>struct inet_diag_req_v2</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InetDiagRequest
{
    public byte sdiag_family;
    public byte sdiag_protocol;
    public byte idiag_ext;
    public byte pad;
    public uint idiag_states;
    public InetDiagSocketId id;
}

/// <summary><c>struct inet_diag_msg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InetDiagMessage
{
    public byte idiag_family;
    public byte idiag_state;
    public byte idiag_timer;
    public byte idiag_retrans;
    public InetDiagSocketId id;
    public uint idiag_expires;
    public uint idiag_rqueue;
    public uint idiag_wqueue;
    public uint idiag_uid;
    public uint idiag_inode;
}
