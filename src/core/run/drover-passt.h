/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"
#include "drover-machine.h"
#include "drover-service.h"

G_BEGIN_DECLS

/* Network by passt, which Drover runs: `-netdev stream` to a socket of it, and an entry of
 * `services.passt` with the port forwards, which no argument of QEMU's can hold there. */

#define DROVER_SERVICE_PASST "passt"

char           *drover_passt_find          (GError **error);
gboolean        drover_passt_is_backend    (DroverDocument *document, int argument);
DroverDocument *drover_passt_apply         (DroverDocument *document, int argument,
                                            GError **error);
DroverDocument *drover_passt_remove        (DroverDocument *document, int argument,
                                            GError **error);
GStrv           drover_passt_dup_forwards  (DroverDocument *document, int argument);
DroverDocument *drover_passt_set_forwards  (DroverDocument *document, int argument,
                                            const char *const *forwards, GError **error);
gboolean        drover_passt_add_plans     (DroverMachine *machine, DroverDocument *document,
                                            const char *log_dir, GPtrArray *plans,
                                            GError **error);

G_END_DECLS
