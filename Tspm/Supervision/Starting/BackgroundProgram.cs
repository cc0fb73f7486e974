using System.Globalization;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Recognises a program that put itself into the background: it exited successfully and left a server running in a
/// session of its own (man 3 daemon). A process manager watches the program it started, so such a program seems to exit
/// again and again. For well-known servers, names the option that keeps them in the foreground.
/// </summary>
internal static class BackgroundProgram
{
    /// <summary>
    /// Keyed by the kernel's name of the server (at most 15 bytes); the options are from the programs' manual pages.
    /// </summary>
    static readonly Dictionary<string, string> Foreground = new(StringComparer.Ordinal)
    {
        ["nginx"] = "nginx -g 'daemon off;'",
        ["redis-server"] = "redis-server CONFIG --daemonize no",
        ["valkey-server"] = "valkey-server CONFIG --daemonize no",
        ["postgres"] = "postgres -D DATA, not pg_ctl start",
        ["mongod"] = "mongod without --fork",
        ["memcached"] = "memcached without -d",
        ["mysqld"] = "mysqld without --daemonize",
        ["mariadbd"] = "mariadbd without --daemonize",
        ["apache2"] = "apache2ctl -D FOREGROUND",
        ["httpd"] = "httpd -D FOREGROUND",
        ["lighttpd"] = "lighttpd -D",
        ["haproxy"] = "haproxy -db",
        ["squid"] = "squid -N",
        ["caddy"] = "caddy run, not caddy start",
        ["php-fpm"] = "php-fpm --nodaemonize",
        ["gunicorn"] = "gunicorn without --daemon",
        ["uwsgi"] = "uwsgi without --daemonize",
        ["celery"] = "celery worker, not celery multi or --detach",
        ["sshd"] = "sshd -D",
        ["cron"] = "cron -f",
        ["crond"] = "crond -n",
        ["dnsmasq"] = "dnsmasq --keep-in-foreground",
        ["named"] = "named -f",
        ["unbound"] = "unbound -d",
        ["rsyslogd"] = "rsyslogd -n",
        ["supervisord"] = "supervisord --nodaemon",
        ["chronyd"] = "chronyd -d",
        ["varnishd"] = "varnishd -F",
    };

    /// <summary>
    /// Describes such a program, for example "left nginx (pid 12) running: it put itself into the background (to run it
    /// in the foreground: nginx -g 'daemon off;')".
    /// </summary>
    /// <param name="status">How the main program ended.</param>
    /// <param name="mainPid">Its pid, which is also its session id.</param>
    /// <param name="left">Its leftover processes.</param>
    /// <returns>Null if the program did not put itself into the background.</returns>
    public static string? Describe(ExitStatus status, int mainPid, IReadOnlyList<Leftover> left)
    {
        if (!status.IsSuccess || left.Count == 0) return null;
        // The server itself is the one whose parent is not among the leftovers; its workers are not. A process that
        // stayed in the session is a job that a script left behind, not a background server.
        var tops = left
            .Where(leftover => leftover.Session != mainPid && !left.Any(other => other.Pid == leftover.ParentPid))
                .ToList();
        var server = tops.Find(static leftover => Foreground.ContainsKey(leftover.Name));
        if (server == default && tops.Count > 0) server = tops[0];
        if (server == default) return null;
        var advice = Foreground.TryGetValue(server.Name, out var known)
            ? $"to run it in the foreground: {known}"
            : "use its option for running in the foreground";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"left {server.Name} (pid {server.Pid}) running: it put itself into the background ({advice})");
    }
}
