using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Daemon.Streams;
using Tspm.Logs.Reading;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>logs</c>: lines from the files, then, when following, what comes. A reader that is slow reads later, and holds
/// nobody up: nothing is kept for it but a position.
/// </summary>
internal sealed class LogsHandler() : ConnectionHandler<LogsRequest, LogsResponse>(Methods.Logs)
{
    public override async Task<LogsResponse> Handle(
        DaemonContext context, LogsRequest request, ClientConnection connection)
    {
        var sender = new LogSender(connection);
        try
        {
            var query = LogQuery.Of(request, context.Clock.GetUtcNow());
            if (request.Follow && request.Until is not null)
                throw new LogQueryException("until", "a view that follows has no end; leave out follow, or until");
            // Subscribed before the files are looked at: what comes in between is told twice rather than not at all.
            using var growth = request.Follow ? context.Growth.Follow() : null;
            var views = Views.Select(context, request.Selectors);
            await context.Outputs.Settled();
            using var follower = new LogFollower(context, request, query, sender);
            await follower.Begin(views);
            if (growth is not null) await follower.Follow(growth, connection);
        }
        catch (LogQueryException refused)
        {
            throw new RequestException(refused.Code, refused.Message, refused.Details);
        }
        return new LogsResponse { Lines = sender.Sent };
    }
}
