using System.Globalization;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Switches to the user and group that a child runs as: supplementary groups, then group, then user, all permanently
/// (man 7 credentials). User and group may be given as numbers. If this process already is that user, nothing fails, so
/// a config with <c>user</c> also works for that user.
/// </summary>
internal static unsafe class TargetUser
{
    public const string UserStage = "set user", GroupStage = "set group";

    /// <summary>Switches to a user and group; an empty string keeps the present one.</summary>
    /// <returns>Null, or the failure.</returns>
    public static SpawnFailure? Become(string user, string group)
    {
        if (user.Length == 0 && group.Length == 0) return null;
        UserEntry? entry = null;
        uint uid = Unistd.geteuid();
        if (user.Length > 0 && FindUser(user, ref uid, ref entry) is { } noUser) return noUser;
        var gid = entry?.Gid ?? Unistd.getegid();
        if (group.Length > 0 && FindGroup(group, ref gid) is { } noGroup) return noGroup;
        if (user.Length > 0 && entry is null && group.Length == 0)
            return new SpawnFailure(UserStage, Errno.ENOENT,
                $"cannot become user {user}: it is not in the user database, so 'group' must be set too");
        if (Change(user, group, entry, uid, gid) is { } refused) return refused;
        if (user.Length == 0 || entry is null) return null;
        _ = Unistd.setenv("HOME", entry.Home, 1);
        _ = Unistd.setenv("USER", entry.Name, 1);
        _ = Unistd.setenv("LOGNAME", entry.Name, 1);
        return null;
    }

    static SpawnFailure? Change(string user, string group, UserEntry? entry, uint uid, uint gid)
    {
        if (uid == Unistd.geteuid() && uid == Unistd.getuid() && gid == Unistd.getegid() && gid == Unistd.getgid()
            && uid != 0) return null;
        var groupText = group.Length > 0
            ? $"cannot become group '{group}'"
            : $"cannot take the groups of user '{user}'";
        if (SetGroups(entry, gid) != 0 || Unistd.setresgid(gid, gid, gid) != 0) return Refused(GroupStage, groupText);
        if (user.Length > 0 && Unistd.setresuid(uid, uid, uid) != 0)
            return Refused(UserStage, $"cannot become user '{user}'");
        return null;
    }

    static int SetGroups(UserEntry? entry, uint gid) =>
        entry is not null ? Unistd.initgroups(entry.Name, gid) : Unistd.setgroups(1, &gid);

    static SpawnFailure? FindUser(string user, ref uint uid, ref UserEntry? entry)
    {
        entry = Pwd.getpwnam(user);
        if (entry is null && TryId(user, out uid)) entry = Pwd.getpwuid(uid);
        else if (entry is null)
            return new SpawnFailure(UserStage, Errno.ENOENT, $"cannot become user '{user}': no such user");
        uid = entry?.Uid ?? uid;
        return null;
    }

    static SpawnFailure? FindGroup(string group, ref uint gid)
    {
        if (Grp.getgrnam(group) is { } entry) gid = entry.Gid;
        else if (!TryId(group, out gid))
            return new SpawnFailure(GroupStage, Errno.ENOENT, $"cannot become group '{group}': no such group");
        return null;
    }

    static bool TryId(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;

    static SpawnFailure Refused(string stage, string what)
    {
        var errno = Errno.Last;
        var hint = errno == Errno.EPERM ? " (only a daemon that runs as root may change the user)" : "";
        return new SpawnFailure(stage, errno, $"{what}: {Errno.Describe(errno)}{hint}");
    }
}
