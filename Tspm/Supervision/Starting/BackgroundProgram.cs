using System.Globalization;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Recognises a program that put itself into the background: it ended well and left a server running, in a session of
/// its own (man 3 daemon). A process manager watches the program that it started, so such a program looks as if it
/// ended over and over. Where the server is known, so is the option that keeps it in the foreground.
/// </summary>
internal static class BackgroundProgram
{
    /// <summary>By the kernel's name for the server (15 bytes), from the programs' own manual pages.</summary>
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
    /// A phrase about the program, for example "left nginx (pid 12) running: it put itself into the
    /// background (to run it in the foreground: nginx -g 'daemon off;')". Null: it did not put itself into the
    /// background.
    /// </summary>
    /// <param name="status">How the main program ended.</param>
    /// <param name="mainPid">Its pid, which is the number of its session.</param>
    /// <param name="left">What it left behind.</param>
    public static string? Describe(ExitStatus status, int mainPid, IReadOnlyList<Leftover> left)
    {
        if (!status.IsSuccess || left.Count == 0) return null;
        // The server itself, not its workers: the one whose parent is not among them. What stayed in the session is a
        // job that a script left behind, not a server that put itself into the background.
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
