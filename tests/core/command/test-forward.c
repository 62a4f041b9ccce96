/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-error.h"
#include "drover-forward.h"
#include "drover-test.h"

static void
test_read (void)
{
  static const struct
  {
    const char *text;
    const char *members[5];
  } forwards[] = {
    { "tcp:127.0.0.1:2222-10.0.2.15:22", { "tcp", "127.0.0.1", "2222", "10.0.2.15", "22" } },
    { "tcp::2222-:22", { "tcp", "", "2222", "", "22" } },
    { "::2222-:22", { "", "", "2222", "", "22" } },
    { "udp::0-:53", { "udp", "", "0", "", "53" } },
    { "tcp:[::1]:2222-[fec0::15]:22", { "tcp", "::1", "2222", "fec0::15", "22" } },
    { "unix:/run/a-b/x:y-10.0.2.15:22", { "unix", "/run/a-b/x:y", "", "10.0.2.15", "22" } },
    { "unix:/run/x-:22", { "unix", "/run/x", "", "", "22" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forwards); i++)
    {
      g_autoptr (DroverForward) read = drover_forward_parse (forwards[i].text);
      const char *const *m = forwards[i].members;
      g_autoptr (DroverForward) made = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (read->readable);
      g_assert_cmpstr (read->protocol, ==, m[0]);
      g_assert_cmpstr (read->host_address, ==, m[1]);
      g_assert_cmpstr (read->host_port, ==, m[2]);
      g_assert_cmpstr (read->guest_address, ==, m[3]);
      g_assert_cmpstr (read->guest_port, ==, m[4]);
      made = drover_forward_new (m[0], m[1], m[2], m[3], m[4], &error);
      g_assert_no_error (error);
      g_assert_cmpstr (made->text, ==, forwards[i].text);
    }
}

/* What is not understood is kept as text. */
static void
test_unreadable (void)
{
  static const char *const texts[] = {
    "", "on", "tcp", "tcp:", "tcp::", "tcp::22", "tcp::22-22", "tcp::22-:", "tcp::-:22",
    "tcp::x-:22", "tcp::22-:ssh", "tcp::22-:65536", "tcp::22-:-1", "tcp:[::1:22-:22",
    "tcp:[::1]22-:22", "sctp::22-:22", "unix:-:22", "unix:x", "tcp::22-::22", "tcp::22-:22 ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DroverForward) forward = drover_forward_parse (texts[i]);

      if (forward->readable)
        g_error ("“%s” was read", texts[i]);
      g_assert_cmpstr (forward->text, ==, texts[i]);
    }
}

static void
test_refused (void)
{
  static const char *const bad[][5] = {
    { "tcp", "", "", "", "22" },      { "tcp", "", "22", "", "" },
    { "tcp", "", "70000", "", "22" }, { "tcp", "", "-1", "", "22" },
    { "sctp", "", "22", "", "22" },   { "tcp", "a-b]", "22", "c:d]", "22" },
    { "unix", "", "", "", "22" },     { "unix", "/x", "", "a-b", "22" },
    { "tcp", "[::1]", "22", "", "2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (drover_forward_new (bad[i][0], bad[i][1], bad[i][2], bad[i][3], bad[i][4],
                                         &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
    }
}

static GPtrArray *
one_argument (const char *flag, const char *value)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  g_ptr_array_add (arguments, drover_argument_new ("-S", NULL));
  g_ptr_array_add (arguments, drover_argument_new (flag, value));
  return arguments;
}

static void
assert_value (GPtrArray *arguments, const char *expected)
{
  g_assert_nonnull (arguments);
  g_assert_cmpuint (arguments->len, ==, 2);
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[1]), ==, expected);
}

static void
test_edit (void)
{
  g_autoptr (GPtrArray) old = one_argument (
    "-nic", "user,hostfwd=tcp::1-:2,model=e1000,hostfwd=odd,,one,mac=52:54:00:12:34:56,");
  g_autoptr (DroverForward) new = drover_forward_new ("udp", "", "53", "", "53", NULL);
  g_autoptr (GPtrArray) list = drover_forwards_list (old, 1);
  g_autoptr (GPtrArray) same = drover_forwards_change (old, 1, 1, list->pdata[1], NULL);
  g_autoptr (GPtrArray) changed = drover_forwards_change (old, 1, 0, new, NULL);
  g_autoptr (GPtrArray) added = drover_forwards_add (old, 1, new, NULL);
  g_autoptr (GPtrArray) removed = drover_forwards_remove (old, 1, 0, NULL);

  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (((DroverForward *) list->pdata[0])->readable);
  g_assert_false (((DroverForward *) list->pdata[1])->readable);
  g_assert_cmpstr (((DroverForward *) list->pdata[1])->text, ==, "odd,one");
  assert_value (
    same, "user,hostfwd=tcp::1-:2,model=e1000,hostfwd=odd,,one,mac=52:54:00:12:34:56,");
  assert_value (
    changed, "user,hostfwd=udp::53-:53,model=e1000,hostfwd=odd,,one,mac=52:54:00:12:34:56,");
  assert_value (added, "user,hostfwd=tcp::1-:2,model=e1000,hostfwd=odd,,one,hostfwd=udp::53-:53,"
                       "mac=52:54:00:12:34:56,");
  assert_value (removed, "user,model=e1000,hostfwd=odd,,one,mac=52:54:00:12:34:56,");
}

static void
test_json (void)
{
  g_autoptr (GPtrArray) old =
    one_argument ("-netdev", "{\"type\":\"user\",\"id\":\"n\", \"hostfwd\": [ {\"str\": "
                             "\"tcp::1-:2\"}, {\"str\":\"odd\"}],\"x\":1}");
  g_autoptr (DroverForward) new = drover_forward_new ("udp", "", "53", "", "53", NULL);
  g_autoptr (GPtrArray) list = drover_forwards_list (old, 1);
  g_autoptr (GPtrArray) same = drover_forwards_change (old, 1, 0, list->pdata[0], NULL);
  g_autoptr (GPtrArray) changed = drover_forwards_change (old, 1, 0, new, NULL);
  g_autoptr (GPtrArray) added = drover_forwards_add (old, 1, new, NULL);
  g_autoptr (GPtrArray) removed = drover_forwards_remove (old, 1, 0, NULL);
  g_autoptr (GPtrArray) empty = drover_forwards_remove (removed, 1, 0, NULL);
  g_autoptr (GPtrArray) first = drover_forwards_add (empty, 1, new, NULL);

  g_assert_true (drover_forwards_possible (old, 1));
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((DroverForward *) list->pdata[0])->host_port, ==, "1");
  assert_value (same, drover_argument_get_value (old->pdata[1]));
  assert_value (changed, "{\"type\":\"user\",\"id\":\"n\", \"hostfwd\": [ {\"str\": "
                         "\"udp::53-:53\"}, {\"str\":\"odd\"}],\"x\":1}");
  assert_value (added, "{\"type\":\"user\",\"id\":\"n\", \"hostfwd\": [ {\"str\": \"tcp::1-:2\"}, "
                       "{\"str\":\"odd\"},{\"str\":\"udp::53-:53\"}],\"x\":1}");
  assert_value (removed, "{\"type\":\"user\",\"id\":\"n\", \"hostfwd\": [ {\"str\":\"odd\"}],"
                         "\"x\":1}");
  assert_value (empty, "{\"type\":\"user\",\"id\":\"n\", \"x\":1}");
  assert_value (first, "{\"type\":\"user\",\"id\":\"n\", \"x\":1, "
                       "\"hostfwd\":[{\"str\":\"udp::53-:53\"}]}");
}

/* A list that is not of texts alone is left as it is. */
static void
test_json_refused (void)
{
  g_autoptr (GPtrArray) old =
    one_argument ("-netdev", "{\"type\":\"user\",\"hostfwd\":[{\"str\":\"tcp::1-:2\"},7]}");
  g_autoptr (DroverForward) new = drover_forward_new ("udp", "", "53", "", "53", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_forwards_add (old, 1, new, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

static void
test_impossible (void)
{
  static const char *const others[][2] = {
    { "-netdev", "tap,id=n" }, { "-net", "nic" }, { "-device", "user" }, { "-nic", "none" },
    { "-hostfwd", "user" },
  };
  g_autoptr (DroverForward) new = drover_forward_new ("", "", "1", "", "2", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GPtrArray) arguments = one_argument (others[i][0], others[i][1]);
      g_autoptr (GPtrArray) list = drover_forwards_list (arguments, 1);
      g_autoptr (GError) error = NULL;

      g_assert_false (drover_forwards_possible (arguments, 1));
      g_assert_cmpuint (list->len, ==, 0);
      g_assert_null (drover_forwards_add (arguments, 1, new, &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/forward/read", test_read);
  g_test_add_func ("/forward/unreadable", test_unreadable);
  g_test_add_func ("/forward/refused", test_refused);
  g_test_add_func ("/forward/edit", test_edit);
  g_test_add_func ("/forward/json", test_json);
  g_test_add_func ("/forward/json-refused", test_json_refused);
  g_test_add_func ("/forward/impossible", test_impossible);
  return drover_test_run ();
}
