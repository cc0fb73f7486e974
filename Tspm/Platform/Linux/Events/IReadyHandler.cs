namespace Tspm.Platform.Linux.Events;

/// <summary>Handles the events of a descriptor. Called on the loop's thread; must not block.</summary>
internal interface IReadyHandler
{
    /// <param name="fd">The number that was passed to <see cref="EventLoop.Watch"/>.</param>
    /// <param name="events">EPOLLIN, EPOLLHUP … (man 2 epoll_ctl).</param>
    void Ready(int fd, uint events);
}
