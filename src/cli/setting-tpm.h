/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "droverctl.h"

G_BEGIN_DECLS

/* `tpm.version`: it is no argument, but a program beside QEMU and the arguments for it. */

gboolean    is_tpm               (const char *setting);
gboolean    get_tpm              (Invocation *invocation, GError **error);
gboolean    write_tpm            (Invocation *invocation, const char *version, GError **error);
JsonObject *describe_tpm         (DroverDocument *document);
JsonObject *describe_tpm_setting (void);
void        print_tpm_setting    (void);

G_END_DECLS
