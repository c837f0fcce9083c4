"""Latent Studio: `streamlit run app.py`.

Imported by the server, this file is the ASGI app with the routes of its own; run for a viewer, it
is the router of the pages.
"""

import streamlit as st

if __name__ != "__main__":
    from starlette.middleware import Middleware
    from streamlit.runtime.pages_manager import PagesManager

    from pages._parts.admission import Admission
    from pages._parts.gate import Gate
    from pages._parts.late_routes import LateRoutes
    from pages._parts.shelf import Shelf
    from pages._parts.studio import mode
    from pages._parts.warm import warming

    # Else an address such as /data, opened first after a start, would be served as a bare script
    # of a folder called `pages`; the router below only says otherwise once it has run.
    PagesManager.uses_pages_directory = False
    mode()  # a word that is no mode ends the start
    before_all = [Middleware(Gate, mode=mode), Middleware(Admission), Middleware(Shelf)]
    app = st.App("app.py", routes=[LateRoutes()], middleware=before_all, lifespan=warming)
else:
    from pages._parts.access_bar import show_access
    from pages._parts.i18n import _
    from pages._parts.presence import presence
    from pages._parts.viewer import may

    if may("train"):
        presence().note()
    st.set_page_config(
        page_title="Latent Studio", page_icon="pages/_parts/pictures/icon.svg", layout="wide"
    )
    st.logo("pages/_parts/pictures/logo.svg", size="large")
    page = st.navigation(
        [
            st.Page(
                "pages/train.py", title=_("Train"), icon=":material/model_training:", default=True
            ),
            st.Page("pages/explore.py", title=_("Explore"), icon=":material/explore:"),
            st.Page("pages/plane.py", title=_("Plane"), icon=":material/scatter_plot:"),
            st.Page("pages/runs.py", title=_("Runs"), icon=":material/view_cozy:"),
            st.Page("pages/compare.py", title=_("Compare"), icon=":material/compare:"),
            st.Page("pages/data.py", title=_("Data"), icon=":material/photo_library:"),
        ],
        position="top",
    )
    show_access()
    page.run()
