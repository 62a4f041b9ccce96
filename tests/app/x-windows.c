/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <X11/Xlib.h>
#include <string.h>

#include "x-windows.h"

/* Another program's window may go while it is looked at. */
static int
ignore_error (Display *display, XErrorEvent *event)
{
  return 0;
}

static gboolean
tree_has (Display *display, Window window, const char *text)
{
  Window root, parent, *children = NULL;
  unsigned n_children = 0;
  char *name = NULL;
  gboolean found = XFetchName (display, window, &name) != 0 && name != NULL &&
                   strstr (name, text) != NULL;

  if (name != NULL)
    XFree (name);
  if (!found && XQueryTree (display, window, &root, &parent, &children, &n_children) != 0)
    for (unsigned i = 0; !found && i < n_children; i++)
      found = tree_has (display, children[i], text);
  if (children != NULL)
    XFree (children);
  return found;
}

/**
 * x_windows_have:
 *
 * Returns: whether any program on the X server has a window whose title has @text in it
 */
gboolean
x_windows_have (const char *text)
{
  Display *display = XOpenDisplay (NULL);
  XErrorHandler before;
  gboolean found;

  g_assert_nonnull (display);
  before = XSetErrorHandler (ignore_error);
  found = tree_has (display, DefaultRootWindow (display), text);
  XSync (display, False);
  XSetErrorHandler (before);
  XCloseDisplay (display);
  return found;
}
